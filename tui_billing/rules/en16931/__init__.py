"""EN 16931: the semantic model of an electronic invoice, its arithmetic and its rules; pure."""
