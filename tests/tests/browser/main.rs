//! The server's pages in a real browser.

mod forgotten_password;
mod passkeys;
