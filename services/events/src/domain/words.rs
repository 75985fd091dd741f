//! Text as the words by which it is found. The same folding is applied to what is stored and to what is asked for, here
//! rather than in PostgreSQL, whose parser depends on the database's locale and splits addresses and numbers its own way.

use unicode_normalization::UnicodeNormalization;

use super::limits::SEARCH_WORD_LENGTH_MAX;

/// The words of a text: in lower case, without accents, letters and digits only.
///
/// "Über C++, naïve-Bayes" is `uber`, `c`, `naive`, `bayes`.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_accent(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(SEARCH_WORD_LENGTH_MAX).collect())
        .collect();
    words.into_iter()
}

/// Combining diacritical marks. The vowel signs of other scripts are part of their words and stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<String> {
        words(text).collect()
    }

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        assert_eq!(all("Über C++, naïve-Bayes"), ["uber", "c", "naive", "bayes"]);
        assert_eq!(all("rust@example.org v1.5"), ["rust", "example", "org", "v1", "5"]);
        assert_eq!(all("Москва ﬁne ①"), ["москва", "fine", "1"]);
        assert!(all(" & | ! ' ").is_empty());
    }

    proptest! {
        /// What a text search query is pieced together from can never be part of a word.
        #[test]
        fn words_have_no_syntax(text in any::<String>()) {
            for word in words(&text) {
                prop_assert!(!word.is_empty() && word.chars().count() <= SEARCH_WORD_LENGTH_MAX);
                prop_assert!(word.chars().all(char::is_alphanumeric), "{word}");
            }
        }
    }
}
