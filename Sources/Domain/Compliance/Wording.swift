/// What a rule says: a sentence of its own, or one of the sentences that many rules share, each about its own term.
///
/// A term is named in English, as in "contract reference (BT-12)", or by its name in XML; `MessageCatalogue` knows the term in other
/// languages, so that a shared sentence is translated once.
enum Wording: Sendable {
    /// A sentence of its own, translated by the rule's identifier.
    case own(String)
    /// The term does not stand there twice.
    case atMostOne(String)
    /// The term stands there, and once.
    case exactlyOne(String)
    /// Wherever the term stands, its value is the same.
    case allTheSame(String)
    /// The identifier has a scheme, or none, but is not there in both forms.
    case withOrWithoutScheme(String)
    /// The element stands only where the second term says.
    case onlyFor(element: String, String)
    /// The ruleset has no use for the element or attribute with that path.
    case unused(String)
    /// The ruleset has no use for the element, or the attribute, in this place.
    case unusedElement(String), unusedAttribute(String)

    var english: String {
        switch self {
        case .own(let text): text
        case .atMostOne(let term): "There is at most one \(term)."
        case .exactlyOne(let term): "There is exactly one \(term)."
        case .allTheSame(let term): "All values of the \(term) are the same."
        case .withOrWithoutScheme(let term): "There is one \(term), with a scheme or without, but not both."
        case .onlyFor(let element, let place): "\(element) is for \(place) alone."
        case .unused(let path): "EN 16931 has no use for \(path)."
        case .unusedElement(let name): "EN 16931 has no use for \(name) here."
        case .unusedAttribute(let name): "EN 16931 has no use for the attribute \(name) here."
        }
    }
}
