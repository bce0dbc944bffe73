//! The commands: the one list of what the pages may ask for. Each is a call into the client.

use std::path::Path;
use std::sync::Arc;

use latchkey_client::accounts::{ChangeUsernameForm, CreateAccountForm, SignInForm};
use latchkey_client::accounts_here::AccountsView;
use latchkey_client::activity::{ActivityFilter, ActivityView, ExportActivityForm};
use latchkey_client::app::LocalAccountId;
use latchkey_client::client::Client;
use latchkey_client::contacts::{AddEmailForm, ContactsView};
use latchkey_client::email_change::ChangeEmailForm;
use latchkey_client::failure::{Failure, FailureCode};
use latchkey_client::files::SavedFile;
use latchkey_client::mail::{MailDetailView, MailsView};
use latchkey_client::overview::OverviewView;
use latchkey_client::passkeys::{
    BrowserPageView, CompletionForm, PasskeysView, RenamePasskeyForm, UsePasskeyForm,
};
use latchkey_client::password::{
    ChangePasswordForm, PasswordChangedView, PasswordCheckForm, PasswordCheckView, PasswordView,
};
use latchkey_client::preferences::Preferences;
use latchkey_client::profile::{ProfileForm, ProfileView};
use latchkey_client::questions::{ConflictAnswer, RefusalChoice};
use latchkey_client::recovery::{
    RecoveryStatusView, RequestRecoveryForm, ResetLinkView, ResetPasswordForm,
};
use latchkey_client::second_factor::{
    CodeForm, RecoveryCodesView, SecondFactorSetup, SecondFactorView,
};
use latchkey_client::sessions::{DevicesView, EndDevices, RenameDeviceForm};
use latchkey_client::stage::{Stage, SyncView};
use latchkey_client::step_up::{StepUpForm, StepUpView};
use latchkey_client::trust::{ReviewForm, SecuringView, TrustView};
use latchkey_client::users::{UserView, UsersView};
use serde::Deserialize;
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_opener::OpenerExt as _;
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::events::{Changed, LinkFollowed, Navigate};
use crate::link::LinkOutcomeView;
use crate::locale::SystemLocale;
use crate::saved_files::{self, ExportedActivity};
use crate::shell::{RefusedServer, Shell, client};
use crate::{clipboard, link, tray};

/// Which account a command is for. Every command of an account names it, so that what was begun for one never acts on
/// another, whatever the window shows meanwhile.
#[derive(Clone, Copy, Debug, Deserialize, specta::Type)]
pub struct Whose {
    /// What names it on this device.
    account: LocalAccountId,
}

/// Declares each command as a call of the client's function of the same name, and [`builder`] with all of them.
macro_rules! commands {
    (
        app: { $( $of_app:ident ( $( $app_argument:ident : $app_type:ty ),* ) -> $app_output:ty; )* }
        account: { $( $name:ident ( $( $argument:ident : $type:ty ),* ) -> $output:ty; )* }
        told: { $( $told:ident () -> $told_output:ty; )* }
        shell: { $( $own:ident; )* }
    ) => {
        $(
            #[tauri::command]
            #[specta::specta]
            async fn $of_app(app: AppHandle, $( $app_argument: $app_type ),*) -> $app_output {
                client(&app).await.$of_app($( $app_argument ),*).await
            }
        )*

        $(
            #[tauri::command]
            #[specta::specta]
            async fn $name(app: AppHandle, whose: Whose, $( $argument: $type ),*) -> Result<$output, Failure> {
                account(&app, whose).await?.$name($( $argument ),*).await
            }
        )*

        $(
            #[tauri::command]
            #[specta::specta]
            async fn $told(app: AppHandle, whose: Whose) -> Result<$told_output, Failure> {
                Ok(account(&app, whose).await?.$told().await)
            }
        )*

        /// All commands and events, for the app and for the generated bindings.
        pub fn builder() -> Builder<Wry> {
            // One type per shape: what serde reads and writes here is the same.
            Builder::new()
                .disable_serde_phases()
                .commands(collect_commands![$( $of_app, )* $( $name, )* $( $told, )* $( $own ),*])
                .events(collect_events![Changed, LinkFollowed, Navigate])
        }
    };
}

async fn account(app: &AppHandle, whose: Whose) -> Result<Arc<Client>, Failure> {
    client(app).await.account(whose.account)
}

commands! {
    app: {
        shown_account() -> LocalAccountId;
        accounts() -> AccountsView;
        show_account(id: LocalAccountId) -> Result<(), Failure>;
        add_account() -> Result<LocalAccountId, Failure>;
        remove_account(id: LocalAccountId) -> Result<(), Failure>;
        link_choice() -> Vec<LocalAccountId>;
        keyring_prompts() -> bool;
        preferences() -> Result<Preferences, Failure>;
        set_preferences(preferences: Preferences) -> Result<(), Failure>;
    }
    account: {
        use_this_computer() -> ();
        connect_to_server(address: String) -> ();
        leave_server() -> ();
        create_account(form: CreateAccountForm) -> ();
        sign_in(form: SignInForm) -> ();
        sign_out() -> ();
        retry_keyring() -> ();
        continue_without_keyring() -> ();
        remove_parked_account() -> ();
        request_recovery(form: RequestRecoveryForm) -> ();
        recovery_status() -> Option<RecoveryStatusView>;
        reset_link() -> ResetLinkView;
        forget_reset_link() -> ();
        reset_password(form: ResetPasswordForm) -> ();
        check_password(form: PasswordCheckForm) -> PasswordCheckView;
        generate_password() -> String;
        password() -> PasswordView;
        change_password(form: ChangePasswordForm) -> PasswordChangedView;
        step_up(form: StepUpForm) -> StepUpView;
        second_factor() -> SecondFactorView;
        begin_second_factor() -> SecondFactorSetup;
        enable_second_factor(form: CodeForm) -> RecoveryCodesView;
        disable_second_factor(form: StepUpForm) -> ();
        replace_recovery_codes(form: StepUpForm) -> RecoveryCodesView;
        passkeys() -> PasskeysView;
        rename_passkey(form: RenamePasskeyForm) -> ();
        remove_passkey(id: String) -> ();
        sign_in_with_passkey(form: CompletionForm) -> ();
        forget_passkey_sign_in() -> ();
        overview() -> OverviewView;
        leave_overview() -> ();
        profile() -> ProfileView;
        edit_profile(form: ProfileForm) -> ();
        answer_conflict(answer: ConflictAnswer) -> ();
        dismiss_refusal(which: RefusalChoice) -> ();
        change_username(form: ChangeUsernameForm) -> ();
        contacts() -> ContactsView;
        add_email(form: AddEmailForm) -> ();
        resend_confirmation(id: String) -> ();
        make_email_primary(id: String) -> bool;
        remove_email(id: String) -> ();
        confirm_email(link: String) -> String;
        change_email(form: ChangeEmailForm) -> ();
        cancel_email_change(id: String) -> ();
        mails(older: Option<String>) -> MailsView;
        mail(id: String) -> MailDetailView;
        send_mail_again(id: String) -> String;
        devices() -> DevicesView;
        rename_device(form: RenameDeviceForm) -> ();
        end_devices(which: EndDevices) -> u32;
        trust() -> TrustView;
        securing() -> SecuringView;
        approve_device(id: String) -> ();
        disown_device(id: String) -> u32;
        ask_approval_link() -> ();
        approve_by_link(link: String) -> ();
        secure_account() -> u32;
        review(form: ReviewForm) -> ();
        activity(older: Option<String>, filter: ActivityFilter) -> ActivityView;
        activity_devices() -> Vec<String>;
        users(search: String, after: Option<String>) -> UsersView;
        user(id: String) -> UserView;
        start_password_reset(id: String) -> String;
        reset_user_second_factor(id: String) -> u32;
        end_user_devices(id: String) -> u32;
        sync_now() -> ();
        dismiss_damage() -> ();
    }
    told: {
        stage() -> Stage;
        sync_status() -> SyncView;
        stop_choosing() -> ();
    }
    shell: {
        add_passkey;
        use_passkey;
        open_reset_page;
        open_mail_folder;
        copy_secret;
        save_recovery_codes;
        export_activity;
        show_saved_file;
        first_content;
        has_tray;
        system_locale;
        link_outcomes;
        open_link_in;
        forget_link;
        refused_server;
        show_log;
    }
}

/// Opens the page on which a passkey is added, in the system's browser. The pages name no address: it comes from the
/// client alone.
#[tauri::command]
#[specta::specta]
async fn add_passkey(app: AppHandle, whose: Whose) -> Result<BrowserPageView, Failure> {
    let page = account(&app, whose).await?.add_passkey().await?;
    open_in_browser(&app, &page);
    Ok(page)
}

/// Opens the page on which a passkey is used for a sign-in, in the system's browser.
#[tauri::command]
#[specta::specta]
async fn use_passkey(
    app: AppHandle,
    whose: Whose,
    form: UsePasskeyForm,
) -> Result<BrowserPageView, Failure> {
    let page = account(&app, whose).await?.use_passkey(form).await?;
    open_in_browser(&app, &page);
    Ok(page)
}

/// Opens the server's page for a link sent by e-mail, where a passkey can take the place of a code, in the system's
/// browser.
#[tauri::command]
#[specta::specta]
async fn open_reset_page(
    app: AppHandle,
    whose: Whose,
    link: Option<String>,
) -> Result<BrowserPageView, Failure> {
    let page = account(&app, whose).await?.reset_page(link).await?;
    open_in_browser(&app, &page);
    Ok(page)
}

/// Where there is no browser, the person has the address to go on with.
fn open_in_browser(app: &AppHandle, page: &BrowserPageView) {
    if let Err(error) = app.opener().open_url(&page.url, None::<&str>) {
        tracing::warn!(%error, "the browser could not be opened");
    }
}

/// Opens the folder in which the server inside this app leaves its mails. The pages name no path: it comes from the
/// client alone.
#[tauri::command]
#[specta::specta]
async fn open_mail_folder(app: AppHandle, whose: Whose) -> Result<(), Failure> {
    let folder = match account(&app, whose).await?.stage().await {
        Stage::SignIn { server, .. }
        | Stage::SignedIn { server, .. }
        | Stage::WaitingForKeyring { server, .. } => server.mail_folder,
        Stage::FirstStart | Stage::FolderUnusable { .. } => None,
    };
    let folder = folder.ok_or(FailureCode::NotAllowedNow)?;
    saved_files::open_folder(&app, Path::new(&folder))
}

/// Copies a secret. It does not stay in the clipboard: see [`clipboard::SECRET_STAYS`].
#[tauri::command]
#[specta::specta]
async fn copy_secret(app: AppHandle, text: String) -> Result<(), Failure> {
    clipboard::copy_secret(&app, text)
}

/// Writes recovery codes, as they were just shown, into the person's folder for downloads.
#[tauri::command]
#[specta::specta]
async fn save_recovery_codes(
    app: AppHandle,
    whose: Whose,
    codes: RecoveryCodesView,
) -> Result<SavedFile, Failure> {
    let account = account(&app, whose).await?;
    saved_files::save_recovery_codes(&app, &account, &codes).await
}

/// Writes the activity into the person's folder for downloads.
#[tauri::command]
#[specta::specta]
async fn export_activity(
    app: AppHandle,
    whose: Whose,
    form: ExportActivityForm,
) -> Result<ExportedActivity, Failure> {
    let account = account(&app, whose).await?;
    saved_files::export_activity(&app, &account, form).await
}

/// Opens the folder of the file that was saved last. The pages name no path.
#[tauri::command]
#[specta::specta]
async fn show_saved_file(app: AppHandle) -> Result<(), Failure> {
    saved_files::show_last(&app)
}

/// The page has painted its first content; said in the log, where the benchmark listens for it.
#[tauri::command]
#[specta::specta]
async fn first_content(app: AppHandle) {
    tracing::info!("first content");
    app.state::<Shell>().set_painted();
}

/// Whether there is a tray for the app to stay in.
#[tauri::command]
#[specta::specta]
async fn has_tray(app: AppHandle) -> bool {
    tray::is_shown(&app)
}

/// What the system says of languages and of how dates are written.
#[tauri::command]
#[specta::specta]
async fn system_locale() -> SystemLocale {
    SystemLocale::read()
}

/// Opens the link that waits in the account that the person has chosen for it.
#[tauri::command]
#[specta::specta]
async fn open_link_in(app: AppHandle, whose: Whose) {
    link::open_in(&app, whose.account).await;
}

/// The person has chosen no account for the link that waits.
#[tauri::command]
#[specta::specta]
async fn forget_link(app: AppHandle) {
    client(&app).await.forget_link();
}

/// What came of the links that were opened since this was last asked.
#[tauri::command]
#[specta::specta]
async fn link_outcomes(app: AppHandle) -> Vec<LinkOutcomeView> {
    app.state::<Shell>().take_link_outcomes()
}

/// The server that the app was started with, when it could not be connected to; told once.
#[tauri::command]
#[specta::specta]
async fn refused_server(app: AppHandle) -> Option<RefusedServer> {
    app.state::<Shell>().take_refused_server()
}

/// Shows where the log is, in the system's file manager.
#[tauri::command]
#[specta::specta]
async fn show_log(app: AppHandle) -> Result<(), Failure> {
    saved_files::reveal(&app, app.state::<Shell>().log())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use specta_typescript::Typescript;

    /// Writes the TypeScript side of the commands and events; `cargo xtask test` fails when that changes the file.
    #[test]
    fn export_bindings() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/bindings.ts");
        super::builder()
            .export(Typescript::default(), path)
            .expect("the bindings are written");
    }
}
