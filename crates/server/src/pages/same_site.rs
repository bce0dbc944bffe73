//! What another site posts to a page is refused before anything of it is looked at or counted: a link or a visitor's limits
//! would else be used up from there (ASVS V3.5.1).

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use url::{Position, Url};

use super::page::{Page, Tone, words_for};
use crate::state::ServerState;
use crate::words;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page may do what a request asks for: it reads, or no other site has posted it.
pub(crate) fn is_from_here(request: &Request, state: &ServerState) -> bool {
    request.method().is_safe() || names_this_site(request.headers(), state.public_url())
}

/// What is told to whoever comes from another site.
pub(crate) fn refuse_foreign(headers: &HeaderMap) -> Response {
    let words = words_for(headers);
    Page::new(
        words,
        "/",
        Tone::Problem,
        words.text(words::PAGE_FOREIGN_TITLE),
    )
    .paragraph(words.text(words::PAGE_FOREIGN_EXPLANATION))
    .answer(StatusCode::FORBIDDEN)
}

/// By what browsers say on their own and no page can make them say (Fetch Metadata, section 2.4; Fetch, section 3.1). Older
/// ones say less, and programs nothing: they carry nobody's address but their own.
fn names_this_site(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let text = |name: &HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(site) = text(&SEC_FETCH_SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(&ORIGIN) else {
        return true;
    };
    // A proxy may have put another host in the place of the one that the browser asked.
    let Ok(origin) = origin.parse::<Url>() else {
        return false;
    };
    public_url.is_some_and(|url| url.origin() == origin.origin())
        || text(&HOST)
            .is_some_and(|host| host == &origin[Position::BeforeHost..Position::AfterPort])
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_here(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        let url = "https://accounts.example.org/".parse().unwrap();
        names_this_site(&headers.collect(), Some(&url))
    }

    #[test]
    fn what_browsers_say_of_another_site_counts() {
        assert!(is_here(&[]));
        for site in ["same-origin", "none"] {
            assert!(is_here(&[("sec-fetch-site", site)]), "{site}");
        }
        for site in ["cross-site", "same-site", ""] {
            let here = [
                ("sec-fetch-site", site),
                ("origin", "https://accounts.example.org"),
            ];
            assert!(!is_here(&here), "{site}");
        }
        for origin in ["https://accounts.example.org", "http://127.0.0.1:4000"] {
            let here = [("origin", origin), ("host", "127.0.0.1:4000")];
            assert!(is_here(&here), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "https://accounts.example.org.evil.example",
            "https://accounts.example.org:444",
            "http://127.0.0.1:4001",
            "http://127.0.0.1",
        ] {
            let foreign = [("origin", origin), ("host", "127.0.0.1:4000")];
            assert!(!is_here(&foreign), "{origin}");
        }
    }
}
