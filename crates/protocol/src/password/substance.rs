//! How much there is in a password: its characters without those that add nothing.

/// Characters from which on a repetition of what was there before counts nothing. Shorter ones occur by chance.
const COPY: usize = 4;

/// Characters that are looked at: a password that has added little by then is refused.
const READ: usize = 256;

/// Everyday words in a row that make a phrase, of which each counts half a character: "to be or not to be".
const PHRASE: usize = 3;

/// The words of English and German that every sentence is full of, sorted. None of one letter, which words are full of.
#[rustfmt::skip]
const EVERYDAY: [&str; 184] = [
    "aber", "about", "alle", "alles", "am", "an", "and", "are", "as", "at", "auch", "auf", "aus", "be", "been",
    "bei", "bin", "bist", "but", "by", "can", "come", "da", "dann", "das", "dass", "day", "dein", "deine", "dem",
    "den", "der", "des", "dich", "die", "diese", "dieser", "dir", "do", "doch", "does", "down", "du", "durch", "ein",
    "eine", "einem", "einen", "einer", "er", "es", "ever", "every", "for", "from", "get", "go", "good", "had", "hat",
    "hatte", "have", "he", "her", "here", "him", "his", "how", "ich", "if", "ihm", "ihn", "ihr", "im", "immer",
    "in", "into", "is", "ist", "it", "its", "ja", "just", "kann", "kein", "keine", "know", "like", "live", "love",
    "made", "make", "man", "may", "me", "mehr", "mein", "meine", "mich", "mir", "mit", "more", "much", "muss", "must",
    "my", "nach", "never", "nicht", "nichts", "no", "noch", "not", "now", "nun", "nur", "oder", "of", "on", "one",
    "only", "or", "our", "out", "over", "say", "sehr", "sein", "she", "should", "sich", "sie", "sind", "so", "some",
    "that", "the", "their", "them", "then", "there", "they", "this", "time", "to", "two", "um", "und", "uns", "unser",
    "unter", "up", "us", "very", "vom", "von", "vor", "want", "war", "was", "we", "well", "wenn", "wer", "were",
    "what", "when", "where", "which", "who", "why", "wie", "will", "wir", "wird", "with", "wo", "would", "yes", "you",
    "your", "zu", "zum", "zur",
];

/// The characters of the longest of them.
const LONGEST: usize = 6;

/// How many characters of `password` add something, up to `most`. A repetition is worth no more than what it repeats, and a
/// phrase of everyday words, which is guessed as a whole, hardly more than a word.
pub(super) fn of(password: &str, most: usize) -> usize {
    let text: Vec<char> = password.to_lowercase().chars().take(READ).collect();
    let (mut place, mut counted) = (0, 0);
    while place < text.len() && counted < most {
        let copied = copy_at(&text, place);
        let (phrase, words) = phrase_at(&text[place..]);
        if words >= PHRASE && phrase > copied {
            place += phrase;
            counted += words.div_ceil(2);
        } else if copied >= COPY {
            place += copied;
        } else {
            place += 1;
            counted += 1;
        }
    }
    counted
}

/// The characters from `place` on that were there before, in the same order.
fn copy_at(text: &[char], place: usize) -> usize {
    let same = |start: usize| {
        let pairs = text[start..].iter().zip(&text[place..]);
        pairs.take_while(|(before, now)| before == now).count()
    };
    (0..place).map(same).max().unwrap_or(0)
}

/// The characters and the number of the everyday words at the beginning of `text`, whatever stands between them.
fn phrase_at(text: &[char]) -> (usize, usize) {
    let (mut end, mut words) = (0, 0);
    loop {
        let gap = text[end..]
            .iter()
            .take_while(|sign| !sign.is_alphanumeric());
        let start = end + if words == 0 { 0 } else { gap.count() };
        let Some(length) = word_at(&text[start..]) else {
            return (end, words);
        };
        end = start + length;
        words += 1;
    }
}

/// The characters of the longest everyday word at the beginning of `text`.
fn word_at(text: &[char]) -> Option<usize> {
    let most = text.len().min(LONGEST);
    let start: String = text[..most].iter().collect();
    let ends = start.char_indices().map(|(at, sign)| at + sign.len_utf8());
    let ends: Vec<usize> = ends.collect();
    let is_word = |length: &usize| EVERYDAY.binary_search(&&start[..ends[length - 1]]).is_ok();
    (1..=most).rev().find(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(EVERYDAY.is_sorted());
        assert!(EVERYDAY.iter().all(|word| word.len() <= LONGEST));
    }

    #[test]
    fn a_repetition_counts_as_what_it_repeats() {
        for (password, counted) in [
            ("Sommer2026!", 11),
            ("Sommer2026!Sommer2026!", 11),
            ("Sommer2026!sommer2026!SOMMER", 11),
            ("Sommer2026! Sommer2026!", 12),
            ("aaaaaaaaaaaaaaaa", 1),
            ("abcabcabcabcabc", 3),
            ("banana and a tea", 16),
            ("", 0),
        ] {
            assert_eq!(of(password, 64), counted, "{password}");
        }
        assert_eq!(of(&"x7Fqm-Wv3tR-9kHdp-Bs2Yc".repeat(9), 20), 20);
    }

    #[test]
    fn a_phrase_of_everyday_words_counts_little() {
        for phrase in [
            "tobeornottobethatisthequestion",
            "to be or not to be, that is the question",
            "maytheforcebewithyou",
            "It was the best of times",
            "ihaveadreamthatoneday",
            "Ich bin so wie ich bin",
        ] {
            assert!(of(phrase, 64) < 15, "{phrase}: {}", of(phrase, 64));
        }
        for sentence in [
            "brass kettle on tuesday",
            "four brass kettles on a shelf",
            "a copper lantern beside the door",
            "correct horse battery staple",
            "der hund frisst rote schuhe",
            "mountain elephant umbrella",
            "qhzisbkanoxwdtu",
            "x7Fqm-Wv3tR-9kHdp-Bs2Yc",
        ] {
            assert!(of(sentence, 64) >= 15, "{sentence}: {}", of(sentence, 64));
        }
    }
}
