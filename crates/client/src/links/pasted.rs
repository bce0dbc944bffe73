//! Finding a link in pasted text: mail programs decorate, wrap, quote and rewrite links.

use latchkey_protocol::app_link::{AppLink, AppLinkKind, MAILED_TOKEN, is_of_token, is_token};
use latchkey_protocol::text;
use url::{Url, form_urlencoded};

use crate::settings::Location;
use crate::transport::address::{is_loopback, server_name};

/// Into how many pieces a mail program may have broken a link.
const PIECES: usize = 5;

/// The most characters of what is looked through.
const PASTED_MAXIMUM: usize = 20_000;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pasted {
    /// The token, alone or in the address of a page of the server in use.
    Token(String),
    /// A link into the app, which says itself which server it is for.
    Link(AppLink),
    /// A page of the server of this name, and none of the one in use.
    OtherServer(String),
    /// No link that is meant, or several.
    Nothing,
}

/// Finds the one link of `kind` in a text, or the token that the text is.
pub(super) fn read(kind: AppLinkKind, pasted: &str, here: &Location) -> Pasted {
    let plain: String = pasted
        .chars()
        .take(PASTED_MAXIMUM)
        .filter(|character| character.is_whitespace() || !text::is_unseen(*character))
        .collect();
    // Quoted-printable (RFC 2045, section 6.7): a line that goes on, and the sign that says so.
    let plain = plain
        .replace("=\r\n", "")
        .replace("=\n", "")
        .replace("=3D", "=");
    let words: Vec<&str> = plain
        .split_whitespace()
        .map(|word| word.trim_start_matches('>'))
        .filter(|word| !word.is_empty())
        .collect();
    let bare = words.concat();
    let bare = bare.trim_matches(|character| !is_of_token(character));
    if bare.len() == MAILED_TOKEN && is_token(bare) {
        return Pasted::Token(bare.to_owned());
    }
    let mut found = Found::default();
    for place in 0..words.len() {
        for end in place..words.len().min(place + PIECES) {
            found.look_at(kind, &words[place..=end].concat(), here);
        }
    }
    found.meant()
}

/// What a text may mean, by how likely it does.
#[derive(Default)]
struct Found {
    /// Tokens as long as those in mails.
    whole: Vec<String>,
    /// Other tokens, which a link that is cut off has.
    partial: Vec<String>,
    link: Option<AppLink>,
    other: Option<String>,
}

impl Found {
    /// Looks at what may be one address.
    fn look_at(&mut self, kind: AppLinkKind, text: &str, here: &Location) {
        let start = ["https://", "http://", "latchkey://"]
            .iter()
            .filter_map(|scheme| text.to_ascii_lowercase().find(scheme))
            .min()
            .unwrap_or(0);
        let text = text[start..].trim_start_matches(|sign: char| !sign.is_alphanumeric());
        let end = text.find(['<', '>', '"', '“', '”', '„', '«', '»']);
        let text = &text[..end.unwrap_or(text.len())];
        let text = text.trim_end_matches(|sign: char| !is_of_token(sign) && sign != '/');
        if let Ok(link) = text.parse::<AppLink>() {
            if link.kind == kind {
                self.link.get_or_insert(link);
            }
            return;
        }
        let target = unwrapped(text);
        let text = target.as_deref().unwrap_or(text);
        // A field of one line drops the end of the line, and not the sign before it.
        let page = Page::read(kind, text).or_else(|| Page::read(kind, &text.replace('=', "")));
        let Some(page) = page else {
            return;
        };
        let token = page.token.trim_matches(|sign| !is_of_token(sign));
        if !page.is_of(here) {
            self.other.get_or_insert_with(|| server_name(&page.server));
        } else if token.len() >= MAILED_TOKEN && is_token(&token[..MAILED_TOKEN]) {
            // The same field joins the next line to it.
            add(&mut self.whole, &token[..MAILED_TOKEN]);
        } else if is_token(token) {
            add(&mut self.partial, token);
        }
    }

    /// What is meant when all was looked at.
    fn meant(self) -> Pasted {
        match (self.whole.as_slice(), self.partial.as_slice(), self.link) {
            ([], _, Some(link)) => Pasted::Link(link),
            // Of those in part, the first is the one that nothing was joined to.
            ([token], _, _) | ([], [token, ..], None) => Pasted::Token(token.clone()),
            ([], [], None) => self.other.map_or(Pasted::Nothing, Pasted::OtherServer),
            _ => Pasted::Nothing,
        }
    }
}

fn add(tokens: &mut Vec<String>, token: &str) {
    if !tokens.iter().any(|known| known == token) {
        tokens.push(token.to_owned());
    }
}

/// What an address leads to that a mail provider has put in the place of another.
fn unwrapped(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let parameter = |name: &str| {
        let (_, value) = url.query_pairs().find(|(key, _)| key == name)?;
        Some(value.into_owned())
    };
    let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    if is_of("safelinks.protection.outlook.com") {
        parameter("url")
    } else if host == "www.google.com" && url.path() == "/url" {
        parameter("q").or_else(|| parameter("url"))
    } else if is_of("deref-gmx.net") || is_of("deref-web.de") || is_of("deref-mail.com") {
        parameter("redirectUrl")
    } else if is_of("linkprotect.cudasvc.com") {
        parameter("a")
    } else if host == "urldefense.proofpoint.com" {
        let written = parameter("u")?.replace('_', "/").replace('-', "%");
        let written = format!("u={written}");
        let (_, target) = form_urlencoded::parse(written.as_bytes()).next()?;
        Some(target.into_owned())
    } else if is_of("urldefense.com") {
        let (_, target) = text.split_once("/v3/__")?;
        Some(target.split("__;").next()?.to_owned())
    } else {
        None
    }
}

/// The address of a page of a server's, as a mail has it, taken apart.
struct Page {
    /// What stands before the page.
    server: Url,
    token: String,
}

impl Page {
    /// Also without its scheme, as some mail programs copy it.
    fn read(kind: AppLinkKind, text: &str) -> Option<Self> {
        let mut server = if text.contains("://") {
            Url::parse(text).ok()?
        } else {
            Url::parse(&format!("https://{text}")).ok()?
        };
        server.host_str()?;
        let page = format!("/{}/", kind.name());
        let (before, token) = server.path().trim_end_matches('/').rsplit_once(&page)?;
        let (before, token) = (before.to_owned(), token.to_owned());
        server.set_path(&before);
        Some(Self { server, token })
    }

    /// Whether it is a page of the server in use. Another name of the same server is another server: only the name that
    /// was typed here is known to be its own.
    fn is_of(&self, location: &Location) -> bool {
        match location {
            // Its port is another at every start.
            Location::ThisComputer => is_loopback(&self.server),
            // What leads there by way of this computer may have a port of its own.
            Location::At(address) if is_loopback(address) => is_loopback(&self.server),
            Location::At(address) => server_name(address) == server_name(&self.server),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_of_the_server_whose_address_it_has() {
        let at = |address: &str| Location::At(Url::parse(address).unwrap());
        let here = at("https://id.example.org/accounts/");
        for (pasted, location, token) in [
            (
                "https://id.example.org/accounts/reset-password/AbC-_9",
                &here,
                Some("AbC-_9"),
            ),
            (
                "https://ID.example.org:443/accounts/reset-password/a/?from=mail#top",
                &here,
                Some("a"),
            ),
            ("id.example.org/accounts/reset-password/a", &here, Some("a")),
            ("https://id.example.org/reset-password/a", &here, None),
            (
                "https://id.example.org.evil.example/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://id.example.org:8443/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/?https://id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/#https://id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://id.example.org@evil.example/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "https://evil.example/id.example.org/accounts/reset-password/a",
                &here,
                None,
            ),
            (
                "http://127.0.0.1:4711/reset-password/a",
                &Location::ThisComputer,
                Some("a"),
            ),
            (
                "http://localhost:4712/reset-password/a",
                &Location::ThisComputer,
                Some("a"),
            ),
            (
                "https://id.example.org/reset-password/a",
                &Location::ThisComputer,
                None,
            ),
            (
                "http://127.0.0.1:4711/reset-password/a",
                &at("http://127.0.0.1:4711/"),
                Some("a"),
            ),
            (
                "http://127.0.0.1:4712/reset-password/a",
                &at("http://127.0.0.1:4711/"),
                Some("a"),
            ),
            ("http://127.0.0.1:4712/reset-password/a", &here, None),
            (
                "https://id.example.org/accounts/confirm-email/a",
                &here,
                None,
            ),
        ] {
            let page = Page::read(AppLinkKind::ResetPassword, pasted);
            let found = page
                .filter(|page| page.is_of(location))
                .map(|page| page.token);
            assert_eq!(found.as_deref(), token, "{pasted}");
        }
    }

    const TOKEN: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE";

    fn read_here(pasted: &str) -> Pasted {
        let here = Location::At(Url::parse("https://id.example.org/").unwrap());
        read(AppLinkKind::ConfirmEmail, pasted, &here)
    }

    #[test]
    fn a_link_is_found_in_what_mail_programs_make_of_it() {
        let (first, last) = TOKEN.split_at(20);
        let page = format!("https://id.example.org/confirm-email/{TOKEN}");
        let coded = format!("https%3A%2F%2Fid.example.org%2Fconfirm-email%2F{TOKEN}");
        let dashed = format!("https-3A__id.example.org_confirm-2Demail_{}", {
            TOKEN.replace('-', "-2D").replace('_', "-5F")
        });
        for pasted in [
            TOKEN.to_owned(),
            format!(" {TOKEN}.\u{200B}"),
            format!("<{page}>"),
            format!("Confirm this address: {page}"),
            format!("Confirm this address:{page}"),
            format!("{page}."),
            format!("({page})"),
            format!("“{page}”"),
            format!("\"{page}\","),
            format!("> {page}"),
            format!(">> {page}\r\n> Latchkey"),
            format!("\u{FEFF}{page}\u{200B}"),
            format!("{page}/"),
            format!("[Confirm]({page})"),
            format!("<a href=\"{page}\">Confirm</a>"),
            format!("Confirm <{page}>\r\n\r\nThe link works for a day."),
            format!("Look at https://example.org/ first.\n{page}\nThe link works for a day."),
            format!("{page}The link works for a day."),
            format!("{page} {page}"),
            format!("https://id.example.org/confirm-em\r\n ail/{TOKEN}"),
            format!("https://id.example.org/confirm-em=\nail/{TOKEN}"),
            format!("https://id.example.org/confirm-em=ail/{TOKEN}"),
            format!("https://id.example\r\n .org/confirm-email/{first}\r\n  {last}\r\nGood bye"),
            format!("> https://id.example.org/confirm-email/{first}\n> {last}"),
            format!(
                "https://eur01.safelinks.protection.outlook.com/?url={coded}&data=x&sdata=y&reserved=0"
            ),
            format!("https://www.google.com/url?q={coded}&sa=D"),
            format!("https://deref-gmx.net/mail/client/x/dereferrer/?redirectUrl={coded}"),
            format!("https://urldefense.com/v3/__{page}__;!!AbC$"),
            format!("https://urldefense.proofpoint.com/v2/url?u={dashed}&d=DwMF"),
            format!("id.example.org/confirm-email/{TOKEN}"),
        ] {
            assert_eq!(
                read_here(&pasted),
                Pasted::Token(TOKEN.to_owned()),
                "{pasted}"
            );
        }
        let link = format!("latchkey://confirm-email/{TOKEN}");
        let expected = Pasted::Link(link.parse().unwrap());
        assert_eq!(read_here(&format!("<{link}>.")), expected);
    }

    #[test]
    fn what_is_no_link_of_this_server_is_not_taken_for_one() {
        let evil = TOKEN.to_lowercase();
        for (pasted, found) in [
            ("hello".to_owned(), Pasted::Nothing),
            ("Please confirm your address".to_owned(), Pasted::Nothing),
            ("https://id.example.org/".to_owned(), Pasted::Nothing),
            (
                format!("https://id.example.org/reset-password/{TOKEN}"),
                Pasted::Nothing,
            ),
            (
                format!("latchkey://reset-password/{TOKEN}"),
                Pasted::Nothing,
            ),
            (
                format!(
                    "https://protect.example/?url=https%3A%2F%2Fid.example.org%2Fconfirm-email%2F{TOKEN}"
                ),
                Pasted::Nothing,
            ),
            (
                format!(
                    "https://id.example.org/confirm-email/{TOKEN} https://id.example.org/confirm-email/{evil}"
                ),
                Pasted::Nothing,
            ),
            (
                format!("<https://evil.example/confirm-email/{TOKEN}>"),
                Pasted::OtherServer("evil.example".to_owned()),
            ),
            (
                format!(
                    "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fconfirm-email%2F{TOKEN}"
                ),
                Pasted::OtherServer("evil.example".to_owned()),
            ),
        ] {
            assert_eq!(read_here(&pasted), found, "{pasted}");
        }
    }
}
