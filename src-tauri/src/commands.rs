//! The commands: the one list of what the pages may ask for. Each is a call into the client.

use std::path::Path;

use latchkey_client::accounts::{ChangeUsernameForm, CreateAccountForm, SignInForm};
use latchkey_client::activity::{ActivityFilter, ActivityView, ExportActivityForm};
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
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_opener::OpenerExt as _;
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::events::{Changed, LinkFollowed, Navigate};
use crate::link::LinkOutcome;
use crate::locale::SystemLocale;
use crate::saved_files::{self, ExportedActivity};
use crate::shell::{RefusedServer, Shell, client};
use crate::{clipboard, tray};

/// Declares each command as a call of the client's function of the same name, and [`builder`] with all of them.
macro_rules! commands {
    (
        client: { $( $name:ident ( $( $argument:ident : $type:ty ),* ) -> $output:ty; )* }
        shell: { $( $own:ident; )* }
    ) => {
        $(
            #[tauri::command]
            #[specta::specta]
            async fn $name(app: AppHandle, $( $argument: $type ),*) -> $output {
                client(&app).await.$name($( $argument ),*).await
            }
        )*

        /// All commands and events, for the app and for the generated bindings.
        pub fn builder() -> Builder<Wry> {
            // One type per shape: what serde reads and writes here is the same.
            Builder::new()
                .disable_serde_phases()
                .commands(collect_commands![$( $name, )* $( $own ),*])
                .events(collect_events![Changed, LinkFollowed, Navigate])
        }
    };
}

commands! {
    client: {
        stage() -> Stage;
        sync_status() -> SyncView;
        use_this_computer() -> Result<Stage, Failure>;
        connect_to_server(address: String) -> Result<Stage, Failure>;
        leave_server() -> Result<Stage, Failure>;
        create_account(form: CreateAccountForm) -> Result<Stage, Failure>;
        sign_in(form: SignInForm) -> Result<Stage, Failure>;
        sign_out() -> Result<Stage, Failure>;
        keyring_prompts() -> bool;
        retry_keyring() -> Result<Stage, Failure>;
        continue_without_keyring() -> Result<Stage, Failure>;
        remove_parked_account() -> Result<Stage, Failure>;
        request_recovery(form: RequestRecoveryForm) -> Result<(), Failure>;
        recovery_status() -> Result<Option<RecoveryStatusView>, Failure>;
        reset_link() -> Result<ResetLinkView, Failure>;
        forget_reset_link() -> Result<(), Failure>;
        reset_password(form: ResetPasswordForm) -> Result<Stage, Failure>;
        check_password(form: PasswordCheckForm) -> Result<PasswordCheckView, Failure>;
        generate_password() -> Result<String, Failure>;
        password() -> Result<PasswordView, Failure>;
        change_password(form: ChangePasswordForm) -> Result<PasswordChangedView, Failure>;
        step_up(form: StepUpForm) -> Result<StepUpView, Failure>;
        second_factor() -> Result<SecondFactorView, Failure>;
        begin_second_factor() -> Result<SecondFactorSetup, Failure>;
        enable_second_factor(form: CodeForm) -> Result<RecoveryCodesView, Failure>;
        disable_second_factor(form: StepUpForm) -> Result<(), Failure>;
        replace_recovery_codes(form: StepUpForm) -> Result<RecoveryCodesView, Failure>;
        passkeys() -> Result<PasskeysView, Failure>;
        rename_passkey(form: RenamePasskeyForm) -> Result<(), Failure>;
        remove_passkey(id: String) -> Result<(), Failure>;
        sign_in_with_passkey(form: CompletionForm) -> Result<Stage, Failure>;
        forget_passkey_sign_in() -> Result<(), Failure>;
        overview() -> Result<OverviewView, Failure>;
        leave_overview() -> Result<(), Failure>;
        profile() -> Result<ProfileView, Failure>;
        edit_profile(form: ProfileForm) -> Result<(), Failure>;
        answer_conflict(answer: ConflictAnswer) -> Result<(), Failure>;
        dismiss_refusal(which: RefusalChoice) -> Result<(), Failure>;
        change_username(form: ChangeUsernameForm) -> Result<(), Failure>;
        contacts() -> Result<ContactsView, Failure>;
        add_email(form: AddEmailForm) -> Result<(), Failure>;
        resend_confirmation(id: String) -> Result<(), Failure>;
        make_email_primary(id: String) -> Result<bool, Failure>;
        remove_email(id: String) -> Result<(), Failure>;
        confirm_email(link: String) -> Result<String, Failure>;
        change_email(form: ChangeEmailForm) -> Result<(), Failure>;
        cancel_email_change(id: String) -> Result<(), Failure>;
        mails(older: Option<String>) -> Result<MailsView, Failure>;
        mail(id: String) -> Result<MailDetailView, Failure>;
        send_mail_again(id: String) -> Result<String, Failure>;
        devices() -> Result<DevicesView, Failure>;
        rename_device(form: RenameDeviceForm) -> Result<(), Failure>;
        end_devices(which: EndDevices) -> Result<u32, Failure>;
        trust() -> Result<TrustView, Failure>;
        securing() -> Result<SecuringView, Failure>;
        approve_device(id: String) -> Result<(), Failure>;
        disown_device(id: String) -> Result<u32, Failure>;
        ask_approval_link() -> Result<(), Failure>;
        approve_by_link(link: String) -> Result<(), Failure>;
        secure_account() -> Result<u32, Failure>;
        review(form: ReviewForm) -> Result<(), Failure>;
        activity(older: Option<String>, filter: ActivityFilter) -> Result<ActivityView, Failure>;
        activity_devices() -> Result<Vec<String>, Failure>;
        users(search: String, after: Option<String>) -> Result<UsersView, Failure>;
        user(id: String) -> Result<UserView, Failure>;
        start_password_reset(id: String) -> Result<String, Failure>;
        reset_user_second_factor(id: String) -> Result<u32, Failure>;
        end_user_devices(id: String) -> Result<u32, Failure>;
        preferences() -> Result<Preferences, Failure>;
        set_preferences(preferences: Preferences) -> Result<(), Failure>;
        stop_choosing() -> ();
        sync_now() -> Result<(), Failure>;
        dismiss_damage() -> Result<(), Failure>;
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
        refused_server;
        show_log;
    }
}

/// Opens the page on which a passkey is added, in the system's browser. The pages name no address: it comes from the
/// client alone.
#[tauri::command]
#[specta::specta]
async fn add_passkey(app: AppHandle) -> Result<BrowserPageView, Failure> {
    let page = client(&app).await.add_passkey().await?;
    open_in_browser(&app, &page);
    Ok(page)
}

/// Opens the page on which a passkey is used for a sign-in, in the system's browser.
#[tauri::command]
#[specta::specta]
async fn use_passkey(app: AppHandle, form: UsePasskeyForm) -> Result<BrowserPageView, Failure> {
    let page = client(&app).await.use_passkey(form).await?;
    open_in_browser(&app, &page);
    Ok(page)
}

/// Opens the server's page for a link sent by e-mail, where a passkey can take the place of a code, in the system's
/// browser.
#[tauri::command]
#[specta::specta]
async fn open_reset_page(app: AppHandle, link: Option<String>) -> Result<BrowserPageView, Failure> {
    let page = client(&app).await.reset_page(link).await?;
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
async fn open_mail_folder(app: AppHandle) -> Result<(), Failure> {
    let folder = match client(&app).await.stage().await {
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
    codes: RecoveryCodesView,
) -> Result<SavedFile, Failure> {
    saved_files::save_recovery_codes(&app, &codes).await
}

/// Writes the activity into the person's folder for downloads.
#[tauri::command]
#[specta::specta]
async fn export_activity(
    app: AppHandle,
    form: ExportActivityForm,
) -> Result<ExportedActivity, Failure> {
    saved_files::export_activity(&app, form).await
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

/// What came of the links that were opened since this was last asked.
#[tauri::command]
#[specta::specta]
async fn link_outcomes(app: AppHandle) -> Vec<LinkOutcome> {
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
