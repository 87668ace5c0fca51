import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judges files by veraPDF: the flavour ("3b"), then the files; one line a file, and one an objection. */
public class Check {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        boolean right = true;
        for (int place = 1; place < arguments.length; place++) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(arguments[place]), flavour)) {
                ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
                right &= result.isCompliant();
                System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + arguments[place]);
                for (TestAssertion one : result.getTestAssertions()) {
                    if (one.getStatus() == TestAssertion.Status.FAILED) {
                        System.out.println("  " + one.getRuleId().getClause() + " " + one.getMessage());
                    }
                }
            }
        }
        System.exit(right ? 0 : 1);
    }
}
