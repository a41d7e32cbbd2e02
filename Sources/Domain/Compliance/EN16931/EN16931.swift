/// The rules of EN 16931-1:2017+A1:2019, section 6.4, and of its bindings to UBL (CEN/TS 16931-3-2) and CII (CEN/TS 16931-3-3).
///
/// Where the standard's words leave a choice (rounding, tolerance, white space, upper and lower case, which tax schemes count) the tests do
/// what the official validation artefacts of CEN/TC 434, release 1.3.16, do.
enum EN16931 {
    /// Those that are about terms of the semantic model, in whatever syntax.
    static let businessRules: [Rule] =
        documentRules + partyRules + lineRules + periodRules + paymentRules + allowanceRules + totalRules + breakdownRules + categoryRules
        + codeRules
}
