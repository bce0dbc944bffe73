### English. Short, plain, no blame. Each message stands in every other catalogue too, with the same variables.

## Everywhere
window-title = { $screen } – Latchkey
save = Save
discard = Discard
cancel = Cancel
back = Back
add = Add
remove = Remove
rename = Rename
close = Close
actions = Actions
more-actions = More for { $of }
understood = Got it
details = Details
confirm = Confirm
answer = Review
new = new
try-again = Try again
this-computer = This computer
this-device = This device
another-device = another device
unknown-device = An unknown device
waiting-mark = Waiting to be sent
edit-waits = Latchkey sends this change when it can reach the server.
age-stamp = As of { $ago }
on = On
off = Off
read = Read
turn-on = Turn on
turn-off = Turn off
put-back = Dismiss
edit-again = Edit again
file-saved = Saved as { $name }
file-already-saved = Already saved as { $name }
file-folder = In the folder
secret-copied = Copied. Latchkey clears it from the clipboard after 30 seconds.

## Times
day-today = today
day-yesterday = yesterday
just-now = just now
moment = { $day } at { $time }

## Frame
main-navigation = Main
group-you = You
group-security = Security
group-history = History
group-directory = Directory
administration-title = Administration
administration-leave = Back to my account
account-button = Account
account-of = Account: { $name }, { $server }
conflicts-count = { $count ->
    [one] { $count } change needs your decision
   *[other] { $count } changes need your decision
}
go-anywhere = Go anywhere
go-anywhere-keys = Ctrl K
accounts = Accounts on this computer
account-new = New account
account-add = Add an account…
account-add-title = Add an account
account-add-cancel = Don’t add an account
account-remove = Remove from the list
account-keys = Ctrl { $number }
account-waiting = { $count ->
    [one] 1 thing to answer
   *[other] { $count } things to answer
}
account-others-wait = something to answer in another account
account-opening = Opening
account-offline = Offline
account-server_away = Server unavailable
account-not_saved = Can’t save
account-signed_out = Signed out
account-ended = Signed out from another device
account-parked = Sign in again
account-waiting_for_keyring = Waiting for the keyring
account-folder_unusable = Can’t be opened
link-which-title = Which account is this link for?
link-which-words = Several of your accounts are on the server that sent it.
failure-already_here = You’re already signed in to this account on this computer. Choose it from the list of accounts.
go-anywhere-where = Where to?
go-anywhere-places = Places
go-sync = Sync now
go-anywhere-nothing = No results
sign-out = Sign out
sign-out-title = Sign out of this device?
sign-out-words = Latchkey deletes everything it has stored on this device for the account. The account itself stays, and you can sign in again at any time.
sign-out-words-here = Your account stays on this computer, with its history and its e-mails: the server inside Latchkey keeps it. Latchkey deletes this window’s copy. You can sign in again at any time.
sign-out-loses = { $count ->
    [one] One change has not reached the server yet. It will be lost.
   *[other] { $count } changes have not reached the server yet. They will be lost.
}
sign-out-done = You are signed out. Everything stored on this device for the account has been deleted.
sign-out-done-here = You are signed out. Your account itself stays on this computer.

## Sync
sync-details = Sync
sync-up-to-date = Up to date
sync-syncing = Syncing
sync-syncing-percent = Syncing { $percent } %
sync-cut-off-offline = Offline
sync-cut-off-server_trouble = Server error
sync-cut-off-untrusted_certificate = Connection not private
sync-cut-off-proxy_sign_in = Proxy sign-in needed
sync-cut-off-something_else = Wrong server
sync-needs-answer = Needs your decision
sync-not-saved-full = Disk full
sync-not-saved-read_only = Can’t write
sync-not-saved-somebody_elses = Folder belongs to another user
sync-not-saved-not_a_folder = A file is in the way
sync-not-saved-broken = Can’t save
sync-not-saved-in_use = Can’t save
sync-polling = No live connection
sync-waiting = { $count ->
    [one] { $count } change waiting
   *[other] { $count } changes waiting
}
sync-words-up_to_date = Everything you see is current, and the server has all your changes.
sync-words-syncing = Changes are on their way.
sync-words-offline = There is no connection to the server. Your changes are kept here, and Latchkey sends them when you are back online.
sync-words-needs_answer = One of your changes needs a decision: another device changed the same field, or the server did not accept the change.
sync-words-server_trouble = The server is having problems. Your changes are kept, and Latchkey keeps retrying.
sync-words-proxy_sign_in = Your network’s proxy asks for a user name and password. Your changes are kept; enter both in this computer’s proxy settings, or ask your network administrator.
sync-words-something_else = The reply did not come from your Latchkey server. Your changes are kept; if this network wants you to sign in, open any page in your browser and do so there.
sync-words-not_saved-full = The disk is full, so Latchkey can’t save or fetch anything. Free some space, and Latchkey continues.
sync-words-not_saved-read_only = Latchkey can’t write to its folder, so it can’t save or fetch anything. Make the folder writable, and Latchkey continues.
sync-words-not_saved-somebody_elses = Latchkey’s folder belongs to another user of this computer, so Latchkey can’t save or fetch anything. Make yourself its owner, and Latchkey continues.
sync-words-not_saved-not_a_folder = There is a file where Latchkey’s folder should be, so Latchkey can’t save or fetch anything. Move the file, and Latchkey continues.
sync-words-not_saved-broken = Latchkey can’t write its copy on this device, so it can’t save or fetch anything. It keeps retrying; the log has the reason.
sync-words-not_saved-in_use = Another program keeps Latchkey from writing its copy on this device. Latchkey keeps retrying.
sync-words-polling = Something on the network blocks live connections. Latchkey checks the server about every 30 seconds instead.
sync-age = Last updated { $ago }
sync-never = Not fetched yet
sync-now = Try now

## Failures
failure-invalid_fields = Check the highlighted fields.
failure-invalid_address = This isn’t a server address. Enter one like accounts.example.org.
failure-not_https = The connection would not be private. Use an address that starts with https://.
failure-unreachable = Can’t reach the server. Nothing was changed; check your connection, then try again.
failure-unanswered = The connection broke before the server replied. Check whether the change went through before you try again.
failure-untrusted_certificate = The connection is not private.
failure-proxy_sign_in = Your network’s proxy asks for a user name and password. Enter both in this computer’s proxy settings, or ask your network administrator.
failure-something_else = The reply did not come from a Latchkey server. If this network wants you to sign in, open any page in your browser and do so there, then try again.
failure-another_server = The server at this address isn’t the one your account is on. Your password was not sent; ask your server’s administrator.
failure-another_account = That is a different account. Sign in to the one on this computer, or remove it from this computer first.
certificate-expired = The connection is not private: the server’s certificate has expired. Ask the server’s administrator to renew it.
certificate-not_yet_valid = The connection is not private: the server’s certificate is not valid yet. Check this computer’s date and time; if they are right, ask the server’s administrator.
certificate-other_name = The connection is not private: the certificate is for a different address. Check the address, or ask the server’s administrator.
certificate-unknown_authority = The connection is not private: this computer does not trust the issuer of the server’s certificate. Ask the server’s administrator, or your network administrator if this network inspects connections.
certificate-revoked = The connection is not private: the server’s certificate was revoked. Ask the server’s administrator.
certificate-old_tls = The connection is not private: the server offers only outdated encryption. Ask the server’s administrator to turn on TLS 1.2 or newer.
certificate-not_encrypted = The connection is not private: the server at this address does not use encryption. Check the address, or ask the server’s administrator.
certificate-invalid = The connection is not private: the server’s certificate is not valid. Ask the server’s administrator.
failure-not_latchkey = There is no Latchkey server at this address. Check the address.
failure-nonsense = Unexpected reply from the server. Check whether the change went through before you try again.
failure-sign_in_refused = Wrong name or password, or the account can’t sign in. Check both, or use “Forgotten your password?”.
failure-clock_wrong = This computer’s clock and the server’s differ by more than five minutes. Set the clock, then try again.
failure-too_many_attempts = Too many attempts. Wait a moment, then try again.
failure-quota_reached = You’ve reached the limit. Try again later.
failure-mailed_link_needed = You’ve changed your password three times in a day. To change it again now, ask for a link to choose a new password.
quota-edits = You’ve reached today’s limit for changes.
quota-changes = This device has reached today’s limit for changes.
quota-security_changes = You’ve reached today’s limit for changes to addresses and sign-in.
quota-sign_ins = This device has signed in too often today.
quota-new_devices = Too many new devices have signed in to this account today. Sign in on a device you’ve used before, or reset your password to lift the limit.
quota-links = Too many confirmation links were requested from your network.
quota-wait = Try again in { $minutes ->
    [one] a minute.
   *[other] { $minutes } minutes.
}
failure-new_password_needed = Sign-in is blocked after too many wrong passwords. Use “Forgotten your password?” to choose a new one.
failure-busy = The server is busy. Try again in a moment.
failure-server_fault = Something went wrong on the server. Check whether the change went through before you try again.
failure-other_device = For your safety, this link opens only in the app that asked for it and that has signed in before. Your password is unchanged; choose a new one on the page in your browser, or paste that page’s address here under “I have a link”.
failure-link_spent = This link was used, was replaced, or has expired. Ask for a new one.
failure-already_confirmed = This address is already confirmed. There is nothing left to do.
failure-link_not_understood = Latchkey couldn’t find exactly one link for this in the text you pasted. Copy the whole link, or open it in your browser if your mail provider rewrites links.
failure-link_malformed = The link is incomplete or was changed on the way, so nothing was done. Open it from the e-mail again, or copy the whole link and paste it where Latchkey asks for it.
failure-not_found = This no longer exists.
failure-not_allowed_now = This isn’t possible at the moment. Nothing was changed; try again later.
failure-signed_out = This device is signed out. Sign in again to continue.
failure-keyring_locked = Latchkey can’t store your key because your keyring is locked. Try again and unlock the keyring when it asks.
failure-keyring_unavailable = Latchkey can’t store your key because your system’s keyring isn’t working or doesn’t respond.
failure-disk_full = The disk is full. Your earlier data is kept; free some space, then try again.
failure-read_only = Latchkey can’t write to its folder. Nothing was changed; make the folder writable, then try again.
failure-folder_in_use = Another copy of Latchkey is using the same data. Close it, then try again.
failure-internal = Something went wrong. Details are in the log.
failure-bundled_server_broken = The server on this computer doesn’t start. Details are in the log.
failure-folder_not_opened = No program could open the folder.
failure-folder-named = No program could open the folder. It is at { $folder }
failure-changed_meanwhile = The values have changed in the meantime. Check them again, then choose.
failure-other_server = This link is for a different server than the one this app uses.
failure-link-of-server = This link is for { $server }, and this app uses a different server, so nothing was sent. Open the link in your browser instead.
failure-no_server_chosen = Choose a server and sign in first, then open the link again.
failure-step_up_needed = Enter your password again to do this. Nothing was changed.
failure-second_factor_needed = You also need a code from your authenticator app.
failure-code_or_passkey_needed = You also need a code from your authenticator app, or a passkey.
failure-on_probation = This device is on probation, so nothing was changed. Approve it with a link sent to your e-mail address, or with “It was me” on another device.
failure-password_spoiled = This password no longer signs in on new devices, because of “It wasn’t me”. Set a new one with a link, under “Forgotten your password?”.
failure-administrators_only = Only administrators of the server can do this. Nothing was changed.
failure-file_not_written = Latchkey couldn’t save the file. Check that your download folder has space and is writable.
wait-too_many_attempts = Too many attempts. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
wait-busy = The server is busy. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
wait-minutes-too_many_attempts = Too many attempts. Try again in { $minutes } minutes.
wait-minutes-busy = The server is busy. Try again in { $minutes } minutes.
try-again-in = You can try again in { $time }.
try-again-now = You can try again now.

## Refused fields
field-required = Required
field-too_short = Too short.
field-too_short_alone = This password is too short to use without two-step sign-in. Choose a longer one first, then turn two-step sign-in off.
field-too_long = Too long. Nothing was cut off; shorten it.
field-invalid_characters = This contains a character that isn’t allowed here.
field-invalid_shape = This starts or ends with a character that isn’t allowed there.
field-not_an_email_address = This isn’t an e-mail address. Enter one like anna@example.org.
field-taken = Already taken. Choose another.
field-already_yours = You already have this address.
field-too_many = You’ve reached the limit.
address-too-many = You can have up to ten addresses. Remove one first.
field-not_a_choice = Choose one from the list.
field-too_common = This password is easy to guess. Add a few more words.
field-contains_context = This password is too close to your name, username or e-mail address. Choose other words.
field-no_upper_case = Add an upper-case letter.
field-no_lower_case = Add a lower-case letter.
field-no_digit = Add a digit.
field-no_special = Add a character that is neither a letter nor a digit.
field-wrong_password = Wrong password.
field-wrong_code = That code isn’t right. Enter the one your authenticator app shows now; each code works once.
field-unchanged = This is the current value.
field-different = The passwords don’t match.
username-invalid-characters = Use only letters a–z, digits, dots, hyphens and underscores, like anna-k or anna.k.
username-invalid-shape = Start and end the username with a letter or a digit.
username-too-short = Use at least two characters.
username-taken = This username is taken. Choose another.
display-name-required = Enter your name.
display-name-too-long = Use at most 120 characters. Nothing was cut off; shorten the name.
device-name-required = Enter a name for the device.
device-name-too-long = Use at most 80 characters. Nothing was cut off; shorten the name.
password-too-short = This password is too short. See the list below.
password-over-long = This password has { $length } characters; the limit is { $count }. Nothing was cut off; shorten it.
password-unchanged = This is your current password. Choose another.
repeat-required = Enter the same password again.
time-zone-not-a-choice = This isn’t a time zone. Choose one from the list.
## Edits that were not taken
refused-display_name = The name “{ $value }” was not accepted
refused-language = The language “{ $value }” was not accepted
refused-time_zone = The time zone “{ $value }” was not accepted
refused-device_name = The device’s name “{ $value }” was not accepted
refused-other = “{ $value }” was not accepted
refused-kept = The previous value is kept.
refused-given = Entered { $at }.
refused-put-back = The previous value is kept.
refusal-not_found = The item it belongs to no longer exists.
refusal-on_probation = This device is on probation. Approve it, then save this again.
refusal-rejected = The server gave no reason.

## First start
opening-title = Latchkey
opening-lead = Opening your account …
welcome-title = Welcome to Latchkey
welcome-lead = Your account, on your desktop. Where do you want to keep it?
use-this-computer = Use this computer
use-this-computer-words = Everything stays here. Latchkey runs a small server for you while it is open.
starting-server = Starting the server on this computer …
connect-to-server = Connect to a server
connect-to-server-words = Your organisation gave you an address, like accounts.example.org.
connect-title = Connect to a server
connect-lead = Enter the address your organisation gave you
server-address = Server address
server-address-hint = Like accounts.example.org
connect = Connect
connecting = Connecting to the server …

## Signing in
sign-in-title = Sign in
sign-in = Sign in
login = Username or e-mail
password = Password
password-show = Show password
stay-signed-in = Stay signed in on this device
stay-signed-in-hint = Your system’s keyring keeps the key.
stay-signed-in-not = When you close Latchkey, you are signed out and everything stored here is deleted.
stay-signed-in-not-here = When you close Latchkey, you are signed out. Your account itself stays on this computer.
forgotten = Forgotten your password?
code = Code from your authenticator app
code-hint = The six digits it shows now
code-for = For { $login }
recovery-code = Recovery code
recovery-code-hint = One of the codes you saved. Each works once.
use-recovery-code = Use a recovery code
use-code = Use the authenticator app
no-other-account = There is already an account on this computer. To add another, quit Latchkey and start it with --allow-sign-up.
no-account = No account yet?
create-one = Create one
use-another-server = Use another server
keyring-hint = Or clear “Stay signed in on this device”: you won’t need a keyring, and closing Latchkey signs you out.
ended-title = This device was signed out
ended-by-device = { $device } signed it out, { $at }.
ended-by-other = Another of your devices signed it out, { $at }.
ended-expired = Your sign-in expired, { $at }.
ended-signed-out = You signed out on this device, { $at }.
ended-disowned = because of “It wasn’t me”, { $at }.
ended-password_changed = The password was changed, { $at }.
ended-password_reset = The password was reset by a link sent by e-mail, { $at }.
ended-email_change_undone = because a change of the primary address was stopped or taken back by a mailed link, { $at }.
ended-server_restored = The server was restored from a backup, { $at }.
ended-ended_by_administrator = An administrator of the server signed it out, { $at }.
ended-too_many_devices = The account reached its limit of signed-in devices when another one signed in, { $at }.
ended-destroyed = Everything stored here for the account has been deleted.
ended-destroyed-here = This window’s copy of the account has been deleted. The account itself stays on this computer.
ended-lost = { $count ->
    [one] One change had not been sent yet and is lost.
   *[other] { $count } changes had not been sent yet and are lost.
}
ended-receipt-waits = Latchkey confirms this to the server when it can reach it.

## Creating an account
create-account-title = Create an account
create-account = Create account
have-account = Already have an account?
account-created = Your account is ready, and you are signed in.
account-is-here = This computer already has an account. Sign in to it.
display-name = Name
display-name-hint = Your full name, or what you like to be called
email = E-mail
email-hint = Latchkey will send a confirmation link there.
email-hint-here = For signing in; nothing is sent to it
username = Username
username-hint = For signing in: letters, digits, dots and hyphens
repeat = Password again
strength = Password strength
strength-none = A few random words make a good password.
strength-refused = Not accepted yet. The list shows what is missing.
strength-weak = Weak: quickly guessed.
strength-fair = Fair: it would hold for a while.
strength-good = Good: it would take years to guess.
strength-strong = Strong: it would take centuries to guess.
password-rules = Password rules
make-password = Generate a password
password-made = Both fields now hold a new password. Keep it somewhere safe.
copy-password = Copy
rule-at-least = { $count ->
    [one] At least one character
   *[other] At least { $count } characters
}
rule-at-most = { $count ->
    [one] At most one character
   *[other] At most { $count } characters
}
rule-with-two-step = With two-step sign-in on, { $count ->
    [one] one character is enough.
   *[other] { $count } characters are enough.
}
rule-too_common = Not easy to guess
rule-contains_context = Not based on your name or e-mail address
rule-no_upper_case = An upper-case letter
rule-no_lower_case = A lower-case letter
rule-no_digit = A digit
rule-no_special = A character that is neither a letter nor a digit
rule-same = Both passwords match
rule-satisfied = (done)
rule-open = (still missing)
## Forgotten password
forgotten-title = Forgotten your password?
forgotten-words = Latchkey will send you a link to choose a new password. Which account is it for?
forgotten-words-here = Latchkey saves a link to choose a new password in a file on this computer. Which account is it for?
send-link = Send link
make-link = Create link
recovery-asked-title = Check your e-mail
recovery-asked-title-here = Open the link
recovery-asked = If there is an account “{ $login }”, a link is on its way
recovery-asked-words = It goes to the address you entered, or to the account’s primary address, and works for 10 minutes. Open it on this computer, or copy it and paste it here.
recovery-file = The link is in a file on this computer
recovery-file-words = Nothing is sent by e-mail. If there is an account “{ $login }”, the newest file in this folder has the link, which works for 10 minutes. Open it, or copy it and paste it here.
recovery-mail-queued = The e-mail is waiting to be sent
recovery-mail-words-queued = The server is sending it. This page updates when it’s done.
recovery-mail-sent = The e-mail was sent
recovery-mail-words-sent = The next mail server has accepted it. It should arrive within a few minutes.
recovery-mail-bounced = The e-mail bounced
recovery-mail-words-bounced = Your address’s mail server rejected it. Ask your mail provider, or the administrator of this server.
recovery-mail-failed = The e-mail couldn’t be sent
recovery-mail-words-failed = Ask for another link later. If that fails too, ask the administrator of this server.
recovery-file-failed = Latchkey couldn’t save the link to a file
recovery-file-words-failed = Check that the disk has space, then ask for another link.
recovery-none-title = No e-mail was sent
recovery-none-title-here = No link was created
recovery-mail-limited = You’ve reached the hourly limit for links
recovery-mail-words-limited = No new link was sent. The newest one works for 10 minutes from when it was sent: check all your mailboxes.
recovery-file-words-limited = No new link was created. The newest one works for 10 minutes from when it was created.
recovery-limited-until = { $minutes ->
    [one] If it has expired, you can ask for another in one minute.
   *[other] If it has expired, you can ask for another in { $minutes } minutes.
}
recovery-limited-over = If it has expired, you can ask for another now.
recovery-mail-no_address = This account has no confirmed address
recovery-mail-words-no_address = Links go only to confirmed addresses. Find the e-mail “Confirm your e-mail address”, open its link, then ask again here. You can also resend it from a device that is still signed in, under Contacts.
back-to-sign-in = Back to sign-in
paste-link = I have a link
no-mail-title = Didn’t get the e-mail?
no-mail-wait = Wait a few minutes. Some mail servers delay the first message from a new sender.
no-mail-spam = Check your spam folder.
no-mail-address = The link goes only to confirmed addresses. Check all your mailboxes.
no-mail-newest = Each request creates a new link, and older ones stop working. Use the newest e-mail.
no-mail-limit = After three requests, you can ask for one link an hour. Wait for it instead of asking again.
no-mail-administrator = If nothing helps, ask the administrator of this server. They can start a reset; nobody can tell you your password.
ways-title = How to get back in
way-link = The link in the newest file lets you choose a new password. Older links stop working.
way-code = If two-step sign-in is on, you also need a code from your authenticator app.
way-recovery-code = If you don’t have your phone, use a recovery code instead.
way-none = Without either, nobody can let you in, because you alone run this server.
ask-again = Ask for another link
reset-title = Choose a new password
reset-words = This signs out all devices. Then sign in with the new password.
reset-words-signed-in = This signs out all devices, including this one. Then sign in with the new password.
reset-link-hint = Paste the link from the e-mail.
reset-link-hint-here = Paste the link from the newest file.
new-password = New password
set-password = Set password
reset-passkey-title = Continue in your browser
reset-passkey-words = Use your passkey and choose the new password on the page in your browser. Then sign in here.
reset-done = Your password has been changed. Sign in with the new one.

## Asking again who you are
step-up-title = Confirm it’s you
step-up-words = This keeps others out if you leave the device unlocked. You won’t be asked again for 10 minutes.

## Keyring and folder
keyring-title = Waiting for your keyring
keyring-locked = The keyring is locked
keyring-words-locked = Unlock your system’s keyring, usually with your computer’s password, then try again.
keyring-absent = No keyring found
keyring-words-absent = No keyring is running on this system, so Latchkey can’t read the key to your account. Start one, then try again.
keyring-silent = The keyring doesn’t respond
keyring-words-silent = It may be waiting for you in another window. Look for its prompt, then try again.
keyring-key_missing = The key is not in the keyring
keyring-words-key_missing = The keyring is unlocked but doesn’t hold the key to your account. If you use more than one keyring, unlock the right one and try again.
keyring-kept = You are still signed in, and nothing is lost. Your account is stored here, encrypted with a key that the keyring holds.
keyring-prompts = Your keyring is waiting for you
keyring-prompts-words = It asks for a password in its own window, perhaps behind this one. Latchkey continues once you have entered it.
keyring-asking = Waiting for the keyring …
keyring-still = The keyring still hasn’t released the key.
parked-session_unknown = The server doesn’t recognise this device
parked-server_restored = The server was restored from a backup
parked-words = Sign in again to continue, or remove the account from this computer. Nothing is lost, but Latchkey doesn’t show the account until then.
parked-waiting = { $count ->
    [one] One change has not reached the server yet. Latchkey sends it once you have signed in.
   *[other] { $count } changes have not reached the server yet. Latchkey sends them once you have signed in.
}
parked-remove = Remove from this computer
parked-remove-title = Remove the account from this computer?
parked-remove-words = Latchkey deletes everything it has stored on this computer for the account. The account itself stays on its server.
parked-removed = The account was removed from this computer.
keyring-give-up = Don’t stay signed in on this device
keyring-give-up-title = Delete what is stored on this device?
keyring-give-up-words = Latchkey deletes its copy of your account on this device, and you sign in again. The account itself stays.
keyring-give-up-loses = Changes that have not been sent yet will be lost.
folder-title = Latchkey can’t open its folder
folder-lead = Nothing is lost. Fix the problem below, then start Latchkey again.
folder-which = Folder
folder-in_use = Another copy of Latchkey is using it
folder-words-in_use = Use the window that is already open, or close it first.
folder-read_only = The folder is read-only
folder-words-read_only = Give your user permission to write to it.
folder-not_a_folder = There is a file in its place
folder-words-not_a_folder = Move the file that has the same name as this folder or one of its parents.
folder-somebody_elses = It belongs to another user, or contains a link
folder-words-somebody_elses = Another person could read or change Latchkey’s data there. Ask this computer’s administrator to make you the folder’s owner, or start Latchkey with another folder: --data-dir.
folder-full = The disk is full
folder-words-full = Free some space on the disk.
folder-broken = The folder can’t be used
folder-words-broken = Details are in the log.

## Overview
overview-title = Overview
greeting-morning = Good morning
greeting-day = Hello
greeting-evening = Good evening
greeting-name-morning = Good morning, { $name }
greeting-name-day = Hello, { $name }
greeting-name-evening = Good evening, { $name }
first-look = This is your account at a glance
last-looked = Last viewed { $at } on this device
first-sync = Fetching your account
progress-amount = { $done } of { $total }
damage-title = The copy on this device was damaged
damage-words = Latchkey noticed the damage and fetched a new copy from the server.
damage-lost = { $count ->
    [0] None of your changes were lost.
    [one] One change that had not been sent yet was lost.
   *[other] { $count } changes that had not been sent yet were lost.
}
damage-lost-unknown = Changes that had not been sent yet may be lost. Check what you changed last.
see-devices = See devices
see-contacts = See e-mail addresses
confirm-emails = { $count ->
    [one] Confirm your address { $addresses }
   *[other] Confirm your addresses { $addresses }
}
unreached = { $count ->
    [one] A signed-out device has not connected since
   *[other] { $count } signed-out devices have not connected since
}
unreached-words = It has no access, and deletes its data the next time it starts.
two-step-on-fact = a code at every sign-in
two-step-off-fact = the password alone is enough
few-codes-title = You have few recovery codes left
see-ways-in = See sign-in
at-a-glance = At a glance
email-confirmed = confirmed
email-unconfirmed = not confirmed yet
devices-live = { $count } signed in
devices-new = { $count ->
    [0] all approved
    [one] one on probation
   *[other] { $count } on probation
}
who-i-am = You sign in as { $username } · { $server }
timeline-title = Sign-ins, last 30 days
timeline-device = { $count ->
    [one] { $count } sign-in, { $last }
   *[other] { $count } sign-ins, the last { $last }
}
timeline-first = first sign-in of a device
since-title = Since you last looked
since-first = What has happened
since-nothing = Nothing happened.
since-nothing-elsewhere = Nothing happened on other devices.
see-activity = See all activity

## Profile
profile-title = Profile
profile-lead = Who you are and how Latchkey reaches you
profile-account = Account
profile-since = Account created
profile-saved = Your profile is saved.
language = Language
language-hint = For the app and the e-mails it sends you
time-zone = Time zone
time-zone-hint = Latchkey shows all times in this zone
no-email = No address
manage-emails = Manage e-mail addresses
change-username = Change
change-username-title = Change your username
change-username-words = You’ll sign in with the new username. The old one becomes available to others.
username-changed = Your username is { $username } now.
conflict-title-display_name = Two different names
conflict-title-language = Two different languages
conflict-title-time_zone = Two different time zones
conflict-title-device_name = Two different device names
conflict-title-other = Two different values
conflict-words = You changed this here and on another device. Which one do you want to keep?
conflict-words-device = You changed this here and on { $device }. Which one do you want to keep?
conflict-here = here, { $at }
conflict-there = { $device }, { $at }
conflict-keep-display_name = Keep this name
conflict-keep-language = Keep this language
conflict-keep-time_zone = Keep this time zone
conflict-keep-device_name = Keep this name
conflict-keep-other = Keep this
conflict-answered = “{ $value }” is kept.

## Contacts
emails-title = E-mail addresses
email-add = Add address
email-new = New address
email-new-hint = Latchkey will send a link there. You can use the address once you have confirmed it.
email-added = Latchkey sent a confirmation link to { $address }.
email-added-here = { $address } was added.
email-resend = Send link again
email-resent = Latchkey sent a new link to { $address }. Older links no longer work.
email-link-sent = Link sent { $ago }
email-waits = Waiting for confirmation
email-confirmed-on = Confirmed { $date }
email-came-back = The last e-mail to this address bounced, { $at }. You won’t get your account’s messages there.
email-now-primary = { $address } is your primary address now.
email-primary-asked = Your current primary address has to approve this first: open the link Latchkey sent there. Then { $address } replaces it.
email-now-confirmed = { $address } is confirmed.
email-change-agreed = { $address } approved the change. The other address has to approve it too.
link-refused-title = This link did not work
link-already-confirmed = This address is already confirmed. There is nothing left to do.
email-removed = { $address } was removed.
email-remove-title = Remove { $address }?
email-remove-words = You can no longer sign in with it, and Latchkey no longer sends e-mails to it.
email-remove-pending = The link sent to it stops working.
make-primary = Make primary
change-email = Change
change-email-title = Change your e-mail address
change-email-words = We send a link to the new address. { $address } stays until you open it, is notified of the change, and can take it back for 30 days. Until then your primary address can’t be changed again.
change-email-words-here = The new address becomes your primary address at once. { $address } stays as a further address.
change-email-words-both = We send a link to the new address and another to { $address }. Two-step sign-in has been on for less than 30 days, so both have to confirm. { $address } can take the change back for 30 days; until then your primary address can’t be changed again.
change-email-asked = Latchkey sent a link to { $address } to confirm the change.
email-change-pending = { $address } will become your primary address
email-change-until = Waiting for confirmation until { $at }. { $address } stays until then.
email-change-steps = What is needed
email-change-confirm-new = Confirm with the link sent to { $address }
email-change-confirm-old = Approve with the link sent to { $address }
email-change-old-lost = You no longer read { $address }? Once two-step sign-in has been on for 30 days, that address is notified of a change but no longer has to approve.
email-change-done = Your e-mail address was changed to { $address }
email-change-take-back = { $address } can take it back with the link we sent there, until { $at }.
email-change-take-back-here = To take it back, open the link in the mail file for { $address } in the folder below, until { $at }.
primary-stays = Can’t be changed again until { $at }
stop-change = Cancel the change
stop-change-title = Cancel the change to { $address }?
stop-change-words = { $address } stays your primary address, and the links Latchkey sent stop working.
email-change-stopped = Change cancelled. { $address } stays.
primary = Primary
pending = Pending
confirm-title = Confirm an address
confirm-link = Link from the e-mail
confirm-link-hint = Paste the link here if it doesn’t open in Latchkey.
mails-title = E-mails from Latchkey
mail-folder = This server doesn’t send e-mails. It saves each one as a file in this folder:
mail-on-server = This server saves its e-mails in a folder instead of sending them. Ask its administrator for the link.
mail-sent = The link comes by e-mail. If it doesn’t arrive, check your spam folder.
open-folder = Open folder

## Devices
devices-title = Devices
devices-lead = Devices that are signed in to your account
devices-signed-in = Signed in
devices-ended = Signed out
devices-ended-kept = kept for 30 days
kind-laptop = Laptop
kind-desktop = Desktop computer
kind-phone = Phone
kind-tablet = Tablet
kind-browser = Browser
kind-other = Program
device-app = { $app } on { $system }
device-until = until { $until }
device-first-seen = first seen { $first }
device-rename-title = Rename { $device }
device-name = Device name
device-renamed = The device is now called { $device }.
active-now = Active now
end-others = Sign out all others
end-all = Sign out everywhere
end-one-title = Sign out { $device }?
end-others-title = { $count ->
    [one] Sign out the other device?
   *[other] Sign out { $count } other devices?
}
end-all-title = Sign out everywhere, including here?
end-words = { $count ->
    [one] It loses access at once and deletes what it has stored of your account.
   *[other] They lose access at once and delete what they have stored of your account.
}
end-all-words = Every device, including this one, loses access at once and deletes what it has stored of your account.
ended-one = { $device } is signed out.
ended-others = { $count ->
    [one] One device is signed out.
   *[other] { $count } devices are signed out.
}
device-expired = Expired { $at }
device-signed-out = Signed out on the device itself { $at }
device-ended-here = Signed out from this device { $at }
device-ended-by = Signed out by { $device } { $at }
device-ended = Access ended { $at }
not-reached = access ended, but the device has not connected since; it deletes its data the next time it starts
confirmed-destroyed = confirmed { $time } that its data is deleted
receipt = Receipt
receipt-title = Receipt of { $device }
ending-title = { $device } is signed out
receipt-verified = The signature is valid
receipt-verified-words = The device itself signed that it has deleted everything it had stored of your account.
receipt-wrong = The signature is not from this device
receipt-wrong-words = The device has no access any more. There is no proof that its data is deleted.
receipt-how = What happened
receipt-asked = Access ended
receipt-destroyed = Data deleted
receipt-key = Device key
receipt-signature = Signature
receipt-device = Device
not-reached-title = Access ended; the device has not connected since
not-reached-words = It can’t use your account any more. The next time it starts with a connection, it deletes its data before it shows anything, and its signed receipt appears here.
device-ended-disowned = Signed out because of “It wasn’t me” { $at }
device-ended-password_changed = Signed out by a password change { $at }
device-ended-password_reset = Signed out by a password reset { $at }
device-ended-email_change_undone = Signed out because a change of the primary address was taken back { $at }
device-ended-server_restored = Signed out { $at } because the server was restored from a backup
device-ended-ended_by_administrator = Signed out by an administrator { $at }
device-ended-too_many_devices = Signed out { $at } because another device signed in at the device limit
on-probation = On probation
suspended = Suspended

## Sign-ins from new devices
it-was-me = It was me
it-wasnt-me = It wasn’t me
was-it-you = Was it you? { $device } signed in { $at }
was-it-you-words = { $system }, { $address }. Until you approve it, it can read your account but not change what protects it.
approved = { $device } is approved.
disown-title = Wasn’t you on { $device }?
disown-words = Then someone knows your password. This happens at once:
disown-ends = { $device } is signed out and destroys what it has stored.
disown-password = Your password signs in on no other device. You choose a new one next.
disown-nothing-else = Nothing else changes: on probation, that device could only read.
disowned = { $device } is signed out. Choose a new password now.
probation-title = This device is on probation
probation-words = You can read everything here, but not change what protects your account.
probation-by-both = Approve it with a link sent to { $address }, or with “It was me” on another device where you’re signed in.
probation-by-mail = Approve it with a link sent to { $address }.
probation-by-device = Approve it with “It was me” on another device where you’re signed in.
probation-by-nobody = Nobody is left to approve it: sign out and sign in again.
approve-by-mail = Approve by e-mail
approve-this-device = Approve this device
approval-sent-title = Check your e-mail
approval-sent-words = We sent a link to { $address }. Open it on this device within ten minutes, or paste it here.
approval-send-again = Send another link
approved-here = This device is approved.
secure-title = Secure your account?
secure-words = If someone else did this, they may be in your account. This happens at once, and nothing is lost:
secure-devices = { $count ->
    [one] { $devices } is signed out and has to be approved again.
   *[other] { $devices } are signed out and have to be approved again.
}
secure-no-devices = No other device is signed in; any that signs in has to be approved again.
secure-guard = Suspended until you review it: { $name }
secure-email-change = The change of your primary address to { $address } stops.
secure-password = Your password signs in on no other device.
secure-then = You choose a new password next.
secure-then-review = You choose a new password next, and then review what was suspended.
secure-act = Secure account
secured = { $count ->
    [0] Your account is secured. Choose a new password now.
    [one] Your account is secured, and one device was signed out. Choose a new password now.
   *[other] Your account is secured, and { $count } devices were signed out. Choose a new password now.
}
spoiled-title = Choose a new password
spoiled-words = Someone else may know your password. It signs in on no other device until you change it.
spoiled-act = Choose a new password
review-due = { $count ->
    [one] Review 1 suspended item
   *[other] Review { $count } suspended items
}
review-due-words = They have no effect until you keep or remove them.
review-act = Review
review-title = Review
review-lead = What was suspended when your account was secured
review-nothing = Nothing to review.
review-remove-new = Remove all new
review-new-marked = { $count ->
    [one] One new item is marked to be removed.
   *[other] { $count } new items are marked to be removed.
}
review-keep = Keep
review-added = Added { $date }
review-added-at = Added { $date } from { $address }
review-added-from = Added { $date } on { $device } from { $address }
review-note = “New” is what was added in the last 30 days. Keep only what you know.
review-apply = Apply
review-apply-title = Apply your decisions?
review-apply-words = Kept: { $kept }. Removed: { $removed }. Enter your password to confirm that it’s you.
review-done = Your decisions are in effect.
guard-passkey = Passkey “{ $name }”

## Password
ways-in-title = Password and sign-in
ways-in-lead = How you get in, and how you get back in
back-in-title = How to get back in
back-in-ready = Ready
back-in-mail = If you forget your password, a link goes to { $address }.
back-in-here = If you forget your password, a link is saved as a file on this computer.
back-in-none = No confirmed address
back-in-none-words = Confirm an e-mail address, so that a link can reach you if you forget your password.
password-spoiled = Someone else may know it
password-title = Password
password-never-changed = Unchanged since the account was created
password-changed-on = Last changed { $at }
current-password = Current password
end-my-others = Sign out my other devices
end-my-others-hint = { $count ->
    [0] No other device is signed in.
    [one] One other device. This one stays signed in.
   *[other] { $count } other devices. This one stays signed in.
}
end-my-others-not = { $count ->
    [0] No other device is signed in.
    [one] One other device stays signed in.
   *[other] { $count } other devices stay signed in.
}
change-password = Change password
password-changed = Your password has been changed.
password-changed-ended = { $count ->
    [one] Your password has been changed, and one device is signed out.
   *[other] Your password has been changed, and { $count } devices are signed out.
}
password-mail = Latchkey notifies each of your confirmed addresses by e-mail.

## Two-step sign-in
two-step-title = Two-step sign-in
two-step-lead = A code from your phone, in addition to the password
two-step-off = Two-step sign-in is off
two-step-off-words = With two-step sign-in, your password alone isn’t enough to get in.
two-step-on = Two-step sign-in is on
two-step-since = Turned on { $at }
two-step-set-up = Set up
two-step-needs-email = Confirm an e-mail address first
two-step-needs-email-words = Otherwise, another person could sign up with your address and lock you out.
two-step-mail = Latchkey notifies each of your confirmed addresses of every change here.
two-step-enabled = Two-step sign-in is on. Save the recovery codes now.
two-step-disabled = Two-step sign-in is off.
two-step-disable-title = Turn off two-step sign-in?
two-step-disable-words = Your password will be all it takes to sign in. Your recovery codes stop working, and your passkeys are removed.
next-code-words = Each code works once. If you have just used one, wait for the next.
scan-title = 1. Scan this with your authenticator app
scan-words = Any app for one-time codes works. It shows a new code every 30 seconds.
type-key = Can’t scan? Enter this key in the app:
copy-key = Copy key
qr-label = QR code with the key for your authenticator app
verify-title = 2. Enter the code it shows
verify-words = Two-step sign-in stays off until you enter a correct code.
verify-others-hint = They signed in without a code. They are signed out, lose changes that were not sent yet, and need a code to sign in again.
recovery-codes = Recovery codes
codes-left = { $count ->
    [one] One left
   *[other] { $count } left
}
codes-made = created { $date }
few-codes = { $count ->
    [0] You have no recovery codes left
    [one] You have one recovery code left
   *[other] You have { $count } recovery codes left
}
codes-lost = Your recovery codes didn’t arrive
codes-lost-words = Two-step sign-in is on, but the connection broke before the codes reached this device. Nobody has seen them; create new ones to replace them.
few-codes-words = Create new ones before you run out: without your phone, they are the only way in.
new-codes = Create new codes
new-codes-title = Create new recovery codes?
new-codes-words = The old codes stop working at once.
codes-title = Save these recovery codes
codes-words = You can see them only this once. Each one signs you in one time without your phone, so keep them where only you can find them.
codes-of = Account { $username } on { $server }, created { $at }
codes-of-computer = Account { $username } on the computer { $computer }, created { $at }
save-codes = Save
print-codes = Print
copy-codes = Copy
codes-kept = I have saved them

## Activity
activity-title = Activity
activity-lead = What happened in your account
activity-nothing = No activity yet
activity-older-shown = { $count ->
    [one] One older entry is shown.
   *[other] { $count } older entries are shown.
}
show-older = Show older
activity-account_created = The account was created
activity-signed_in = { $device } signed in
activity-signed_in_from_new_device = { $device } signed in
activity-sign_in_failed = Someone tried to sign in with a wrong password
activity-sign_in_stopped = Sign-in was blocked after a hundred wrong passwords in a row, until the password is reset or a known device signs in
activity-sign_in_unfinished = Someone entered the right password but no right code within 15 minutes
activity-password_refused = A wrong password was entered when it was asked for again
activity-second_factor_refused = A wrong code or a wrong passkey was used
activity-signed_out = { $device } signed out
activity-device_ended = { $subject } was signed out
activity-device_confirmed_ended = { $subject } confirmed that its data is deleted
activity-device_renamed = A device was renamed { $subject }
activity-profile_changed = The profile was changed
activity-changed-display_name = The name was changed to “{ $value }”
activity-changed-language = The language was changed to { $value }
activity-changed-time_zone = The time zone was changed to { $value }
activity-renamed = “{ $before }” was renamed “{ $after }”
activity-password_changed = The password was changed
activity-password_reset_requested = A link to choose a new password was requested
activity-password_reset = The password was reset by a link sent by e-mail
activity-email_added = { $subject } was added
activity-email_confirmed = { $subject } was confirmed
activity-email_made_primary = { $subject } became the primary address
activity-email_removed = { $subject } was removed
activity-email_change_requested = A change of the primary address to { $subject } was requested
activity-email_change_completed = { $subject } became the primary address
activity-email_change_cancelled = The change to { $subject } was cancelled
activity-email_change_undone = The change to { $subject } was taken back from the former address
activity-username_changed = The username was changed to { $subject }
activity-second_factor_enabled = Two-step sign-in was turned on
activity-second_factor_disabled = Two-step sign-in was turned off
activity-second_factor_locked = Codes were blocked for 15 minutes after ten wrong codes in a row
activity-recovery_code_used = A recovery code was used
activity-recovery_codes_replaced = New recovery codes were created; the old ones no longer work
activity-recovery_codes_voided = The recovery codes were removed in the review
activity-passkey_added = The passkey “{ $subject }” was added
activity-passkey_renamed = A passkey was renamed “{ $subject }”
activity-passkey_removed = The passkey “{ $subject }” was removed
activity-passkey_refused = The passkey “{ $subject }” was rejected: it seems to be a copy
activity-old_token_used = An old session key of “{ $subject }” was used: it may have been copied, or the device was restored from a backup
activity-sign_in_confirmed = { $subject } was approved
activity-sign_in_disowned = { $subject } wasn’t you: it was signed out, and the password has to be changed
activity-account_secured = The account was secured: other devices were signed out, and what could be an intruder’s was suspended
activity-suspension_lifted = { $subject } was kept in the review
activity-mail_bounced = An e-mail to { $subject } bounced
activity-mail_failed = An e-mail to { $subject } couldn’t be sent within a day
activity-unknown = This version of Latchkey doesn’t know this kind of activity. Update Latchkey to see it.
activity-administrator_granted = You are now an administrator of this server
activity-administrator_revoked = You are no longer an administrator of this server
activity-password_reset_started = The administrator { $subject } started a password reset for you
activity-second_factor_reset = The administrator { $subject } turned off two-step sign-in and signed out all devices
activity-sessions_ended_by_administrator = The administrator { $subject } signed out all devices
activity-user_password_reset_started = You started a password reset for { $subject }
activity-user_second_factor_reset = You reset two-step sign-in for { $subject } and signed out all their devices
activity-user_sessions_ended = You signed out all devices of { $subject }
activity-repeated = { $count } times since { $first }
diff-before = Before:
diff-after = Now:
activity-time = Time
activity-what = What happened
activity-first = First time
activity-count = How often
activity-times = { $count ->
    [one] once
   *[other] { $count } times
}
activity-device = Device
activity-no-device = Not from a signed-in device
activity-address = IP address
activity-none-so-far = No matches yet. Show older entries to search further back.
activity-none-match = No matches. Try fewer filters.
filter = Filter
filter-text = Search
filter-group = Category
filter-all = All categories
activity-group-sign_ins = Sign-ins
activity-group-devices = Devices
activity-group-security = Password and two-step sign-in
activity-group-profile = Profile
activity-group-contacts = E-mail addresses
activity-group-mail = Mail
activity-group-administration = Administration
filter-device = Device
filter-all-devices = All devices
filter-time = Time
filter-all-time = Any time
filter-days = { $count ->
    [one] Last 24 hours
   *[other] Last { $count } days
}
export = Export
export-title = Export your activity
export-all = Saves all activity of your account as a file in your download folder.
export-as-of = It contains the activity this device has fetched, up to { $at }.
export-incomplete = It contains the activity this device has fetched. Some has not arrived yet.
export-filtered = Saves the filtered activity as a file in your download folder.
export-csv = As a table (CSV)
export-json = As data (JSON)
exported = { $count ->
    [one] It contains one entry.
   *[other] It contains { $count } entries.
}

## Mail
mail-title = Mail
mail-lead = Every e-mail sent to you, and whether it arrived
mail-nothing = No e-mails yet
mail-older-shown = { $count ->
    [one] One older e-mail is shown.
   *[other] { $count } older e-mails are shown.
}
mail-chip-bounced = bounced
mail-status-queued = waiting to be sent
mail-status-next = next attempt { $at }
mail-status-sent = delivered to the mail server { $at }
mail-status-written = saved to a file { $at }
mail-status-bounced = bounced { $at }
mail-status-failed = could not be sent, { $at }
mail-status-withdrawn = no longer needed, { $at }
mail-reason-no_longer_needed = A newer e-mail replaced it, or its subject is settled.
mail-reason-too_many = The hourly limit for links was reached.
mail-reason-gave_up = Every attempt for a day failed.
mail-reason-will_try_again = An attempt failed. Latchkey will retry.
mail-reason-refused = A mail server rejected it permanently.
mail-recipient = To
mail-subject = Subject
mail-status = Status
mail-queued = Created
mail-handed-over = Delivered to the mail server
mail-written = Saved to a file
mail-answer = Mail server’s response
mail-text = Text of the e-mail
mail-no-text = There is no text yet: the server writes it when it sends the e-mail.
mail-masked = The text as it was sent, with dots in place of the secret in a link.
send-again = Send again
mail-sent-again = It is on its way to { $address } again.

## Users
users-title = Users
users-lead = Everyone with an account on this server
users-search = Search
users-search-hint = Part of a name, a username or an e-mail address
users-nobody = No matches. Try a shorter search.
users-found = { $count ->
    [one] One person is shown.
   *[other] { $count } people are shown.
}
users-more = Show more
users-closed-title = Administration needs your password
users-closed-words = It shows other people’s accounts. Once you enter your password, it stays open for 10 minutes.
users-open = Open Administration
users-offline-title = Administration needs a connection
users-offline-words = Latchkey never stores other people’s accounts on this device. They appear here when it can reach the server.
users-forbidden-title = You are not an administrator of this server
users-forbidden-words = Only administrators can see other people’s accounts. The operator of the server appoints them.
user-administrator = Administrator
user-you = You
user-edit = Edit
user-back = All users
user-basic = Basic info
user-login = Username
user-name = Name
user-password = Password
user-password-own = Only you know it.
user-password-theirs = Only { $name } knows it. You can start a reset, but never set or see it.
user-start-reset = Start a password reset
user-emails = E-mail addresses
user-email-unconfirmed = not confirmed
user-role = Role
user-role-person = Person
user-role-administrator = Administrator of this server
user-created = Account since
user-last-active = Last active
user-last-active-long-ago = More than a month ago
user-sign-in = Sign-in
user-two-step-on-words = Asks for a code at every sign-in.
user-two-step-off-words = The password is all it takes to sign in.
user-two-step-reset = Reset two-step sign-in
user-devices = { $count ->
    [0] No device is signed in
    [one] One device is signed in
   *[other] { $count } devices are signed in
}
user-devices-words = Only { $name } can see which.
user-end-devices = Sign out all devices
user-see-devices = See devices
user-see-two-step = See two-step sign-in
user-secured-title = { $name } said “It wasn’t me”
user-secured-words = Someone else may know the password of { $name }. It signs in on no other device until { $name } chooses a new one. A reset link from here helps.
user-no-address = { $name } has no confirmed e-mail address to send a link to.
user-reset-title = Start a password reset for { $name }?
user-reset-words = Latchkey will send a link to { $address } and say that you started the reset. { $name } chooses a new password with it; you won’t see it, and the current password works until then.
user-reset-act = Send the e-mail
user-reset-done = Latchkey sent a link to { $address }. Only { $name } will know the new password.
user-reset-too-many = { $name } has had several of these e-mails. You can send the next one in { $minutes ->
    [one] one minute.
   *[other] { $minutes } minutes.
}
user-two-step-title = Reset two-step sign-in for { $name }?
user-two-step-words = The password will be all it takes to sign in. Recovery codes stop working, all of { $name }’s devices are signed out, and Latchkey notifies every confirmed address that you did this.
user-two-step-sure = Make sure that it really is { $name } who asks: someone with the password may be trying to get in.
user-two-step-done = Two-step sign-in of { $name } is off, and all devices are signed out.
user-end-title = Sign out all devices of { $name }?
user-end-words = { $name } has to sign in again on each device, and Latchkey notifies { $name } that you did this. The password stays the same.
user-end-done = { $count ->
    [0] No device of { $name } was signed in.
    [one] One device of { $name } is signed out.
   *[other] { $count } devices of { $name } are signed out.
}

## Preferences
preferences-title = Settings
preferences-lead = How Latchkey behaves on this device
preferences-looks = Appearance
preferences-window = Window
preferences-saved = Saved.
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
text-size = Text size
text-size-hint = Or press Ctrl or ⌘ with +, − or 0, or hold Ctrl and turn the mouse wheel.
app-language = App language
app-language-hint = Part of your profile: it changes on all your devices.
stay-in-tray = Keep running in the tray when the window is closed
stay-in-tray-hint = Latchkey keeps syncing and tells you about new sign-ins.
stay-in-tray-impossible = This desktop has no tray, so closing the window quits Latchkey.
preferences-log = Log
preferences-log-words = Latchkey’s log, for anyone helping you. It contains no secrets.
show-log = Show the log

## Passkeys

passkeys-title = Passkeys
passkeys-yours = Your passkeys
passkeys-short = In place of the code when you sign in
passkeys-count = { $count ->
    [0] None
    [one] One passkey
   *[other] { $count } passkeys
}
manage-passkeys = Manage passkeys
passkeys-words = When you sign in, a passkey on this computer, a phone or a USB key replaces the code.
passkeys-full = You can have up to ten passkeys.
passkey-why-browser = Passkeys work in your browser but not in this window, so Latchkey opens your server’s page there.
passkeys-obstacle-needs_https = Passkeys don’t work with this server: browsers require an address that starts with https.
passkeys-obstacle-needs_name = Passkeys don’t work with this server: browsers require a name as its address, not a number.
passkeys-obstacle-available = Passkeys work with this server.
passkey-add = Add a passkey
passkey-added = The passkey “{ $name }” was added.
passkey-go-on = Continue in your browser
passkey-go-on-words = Name the passkey there and choose where to keep it. It appears here as soon as you have added it.
passkey-no-browser = No browser opened
passkey-open-address = Open this address in a browser on this computer. It works once and contains a secret: don’t show it to anyone.
passkey-copy-address = Copy address
passkey-since = Added on { $date }
passkey-never-used = not used yet
passkey-last-used = last used { $ago }
passkey-name = Passkey name
passkey-rename-title = Rename { $name }
passkey-renamed = The passkey is now called “{ $name }”.
passkey-remove-title = Remove { $name }?
passkey-remove-words = You can no longer sign in with it. Your authenticator app and recovery codes stay as they are. The passkey itself stays where you keep it; you can delete it there.
passkey-removed = The passkey “{ $name }” was removed.
use-passkey = Use a passkey
passkey-use-title = Use your passkey
passkey-use-words = Continue in your browser. When it has accepted your passkey, it brings you back here.
passkey-completion = Code from the browser
passkey-completion-hint = Only if the browser doesn’t bring you back here
completion-wrong = That code isn’t right, or it has expired. Enter the one your browser shows, or go back and start again.
completion-required = Enter the code your browser shows.
