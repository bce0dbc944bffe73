//! Creating an account and signing in.

use serde::Deserialize;

/// The form of a new account. The repeated password is compared here too.
#[derive(Clone, Deserialize, specta::Type)]
pub struct CreateAccountForm {
    /// How the person wants to be called.
    pub display_name: String,
    /// The first e-mail address.
    pub email: String,
    /// The name to sign in with.
    pub username: String,
    /// The password.
    pub password: String,
    /// The password again.
    pub repeat: String,
    /// BCP 47 tag of the language the app speaks now.
    pub language: String,
    /// IANA name of the time zone of this computer.
    pub time_zone: String,
    /// Whether to keep the key in the keyring; otherwise the sign-in lasts until the app is closed.
    pub stay_signed_in: bool,
}

/// The form of signing in.
#[derive(Clone, Deserialize, specta::Type)]
pub struct SignInForm {
    /// Username or confirmed e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// Whether to keep the key in the keyring; otherwise the sign-in lasts until the app is closed.
    pub stay_signed_in: bool,
}
