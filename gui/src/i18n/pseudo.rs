//! A made-up language: readable English, but accented and about a third longer.

/// `Send` becomes `[Šéñd one]`.
pub(super) fn pseudo(text: &str) -> String {
    let accented: String = text.chars().map(accent).collect();
    let padding = " one two three four five six seven eight nine ten";
    let more = text.chars().count().div_ceil(3).min(padding.len());
    format!("[{accented}{}]", &padding[..more])
}

fn accent(plain: char) -> char {
    const PLAIN: &str = "aceinosuyzACEINOSUYZ";
    const ACCENTED: &str = "áçéíñóšúýžÁÇÉÍÑÓŠÚÝŽ";
    let at = PLAIN.chars().position(|c| c == plain);
    at.and_then(|at| ACCENTED.chars().nth(at)).unwrap_or(plain)
}
