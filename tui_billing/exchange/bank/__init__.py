"""Bank statements in every form that banks send them: one file a format, and `detect` that tells them apart.

A reader is a generator. It gives the booked entries of a statement (`StatementLine`) and then the `Statement` they
belong to; a `Remark` of kind "refused" in its place says that the entries since the last statement are not to be
taken. So a file of any size is read in little memory, and a bad statement costs none of the good ones.
"""
