//! Proving again who sits here, and the new token that a session then goes on with.
//!
//! A command that answers [`FailureCode::StepUpNeeded`] did nothing: the user interface asks for the password, and the
//! code where two-step sign-in is on, calls [`Client::step_up`], and then the same command again.
//!
//! The server admits the old token until the new one is first used. So the new one goes into the keyring before
//! anything is asked with it: whenever the program is killed, the keyring holds a token that opens the session. After a
//! new password the old token lasts for minutes only: where the keyring takes the new one no sooner, the sealed local
//! copy holds it until then.

use std::sync::Arc;
use std::time::Duration;

use latchkey_protocol::problem::{FieldCode, FieldProblem};
use latchkey_protocol::second_factor::Code;
use latchkey_protocol::step_up::{Proof, SteppedUp};
use latchkey_protocol::text;
use latchkey_protocol::time::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::client::{Client, invalid};
use crate::failure::Failure;
use crate::secrets::AccountSecrets;
use crate::stage::KeyringProblem;

/// How often a token that is in use already is tried to be put into a keyring that would not take it.
const KEYRING_AGAIN: Duration = Duration::from_secs(30);

/// What the person gives to prove who they are.
#[derive(Clone, Deserialize, specta::Type)]
pub struct StepUpForm {
    /// The account's password.
    pub password: String,
    /// A code of the authenticator app, or a recovery code; `None` or blank where two-step sign-in is off.
    pub code: Option<String>,
}

/// What the proof is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StepUpView {
    /// Until when.
    pub until: Timestamp,
}

impl Client {
    /// Proves who sits here, for the next ten minutes of this session. Needs a connection.
    pub async fn step_up(&self, form: StepUpForm) -> Result<StepUpView, Failure> {
        let account = self.account().await?;
        let proof = read_proof(form)?;
        let _renewing = account.renewing.lock().await;
        let stepped: SteppedUp = self
            .post(&account, "v1/session/step-up", &proof, None)
            .await?;
        let token = SecretString::from(stepped.token);
        self.store_token(&account, &token).await?;
        account.replace_token(token);
        Ok(StepUpView {
            until: stepped.until,
        })
    }

    /// Goes on with a token whose predecessor dies soon in any case: with the keyring if it takes it, else with the local
    /// copy, and tries until it does.
    pub(crate) async fn go_on_with(self: &Arc<Self>, account: &Arc<Account>, token: SecretString) {
        let stored = self.store_token(account, &token).await;
        if stored.is_err() {
            account.note_token(Some(&token)).await;
        }
        account.replace_token(token.clone());
        if stored.is_ok() {
            return;
        }
        tracing::error!("a new token is not in the keyring yet");
        let (client, account) = (Arc::downgrade(self), Arc::clone(account));
        let tokens = account.tokens();
        tokio::spawn(async move {
            let again = async {
                loop {
                    tokio::time::sleep(KEYRING_AGAIN).await;
                    let Some(client) = client.upgrade() else {
                        return;
                    };
                    // Whoever replaces the token has it stored too.
                    let _renewing = account.renewing.lock().await;
                    if account.tokens() != tokens
                        || client.store_token(&account, &token).await.is_ok()
                    {
                        return;
                    }
                }
            };
            account.stop.run_until_cancelled(again).await;
        });
    }

    async fn store_token(
        &self,
        account: &Account,
        token: &SecretString,
    ) -> Result<(), KeyringProblem> {
        if !account.stored.stays {
            return Ok(());
        }
        let secrets = AccountSecrets {
            cache_key: account.cache_key.clone(),
            token: token.clone(),
        };
        let entry = account.stored.entry(self.id());
        // Whatever is noted is read before the keyring at the next start: it must never be the older one.
        let noted = account.noted_token().await.is_some();
        if noted {
            account.note_token(Some(token)).await;
        }
        secrets.save(&self.installation.secrets, &entry).await?;
        if noted {
            account.note_token(None).await;
        }
        Ok(())
    }
}

/// The proof as the server wants it.
pub(crate) fn read_proof(form: StepUpForm) -> Result<Proof, Failure> {
    let mut problems = Vec::new();
    if form.password.is_empty() {
        problems.push(FieldProblem::new("password", FieldCode::Required));
    }
    let code = read_code(form.code, &mut problems);
    if !problems.is_empty() {
        return Err(invalid(problems));
    }
    Ok(Proof {
        password: form.password,
        code,
    })
}

/// A code as the server wants it, `None` for none. What can be no code is named at once: it would cost one of few tries.
pub(crate) fn read_code(typed: Option<String>, problems: &mut Vec<FieldProblem>) -> Option<String> {
    let code = typed.filter(|code| !text::trim(code).is_empty())?;
    if let Err(problem) = Code::parse(&code) {
        problems.push(FieldProblem::new("code", problem));
    }
    Some(code)
}
