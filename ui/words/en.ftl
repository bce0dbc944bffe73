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
understood = Understood
details = Details
confirm = Confirm
answer = Answer
new = new
try-again = Try again
this-computer = This computer
this-device = This device
another-device = another device
unknown-device = An unknown device
waiting-mark = Waiting to be sent
edit-waits = The change is sent once the server can be reached.
age-stamp = As of { $ago }
on = On
off = Off
read = Read
turn-on = Turn on
turn-off = Turn off
put-back = Put back
edit-again = Edit again
file-saved = Saved as { $name }
file-already-saved = Already saved as { $name }
file-folder = In the folder
secret-copied = Copied. It is removed from the clipboard after 30 seconds.

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
group-administration = Administration
account-button = Account
account-of = Account: { $name }, { $server }
conflicts-count = { $count ->
    [one] { $count } question to answer
   *[other] { $count } questions to answer
}
go-anywhere = Go anywhere
go-anywhere-keys = Ctrl K
go-anywhere-where = Where to?
go-anywhere-places = Places
go-sync = Sync now
go-anywhere-nothing = Nothing is called that.
sign-out = Sign out
sign-out-title = Sign out of this device?
sign-out-words = Everything stored on this device for the account is destroyed. The account itself stays, and you can sign in again at any time.
sign-out-words-here = Your account stays on this computer, with its history and its mails: the server inside Latchkey keeps it. What this window stored of it is destroyed. You can sign in again at any time.
sign-out-loses = { $count ->
    [one] One change made here is not on the server yet. It will be lost.
   *[other] { $count } changes made here are not on the server yet. They will be lost.
}
sign-out-done = You are signed out. Everything stored on this device for the account was destroyed.
sign-out-done-here = You are signed out. Your account itself stays on this computer.

## Sync
sync-details = Sync
sync-up-to-date = Up to date
sync-syncing = Syncing
sync-syncing-percent = Syncing { $percent } %
sync-cut-off-offline = Offline
sync-cut-off-server_trouble = Server trouble
sync-cut-off-untrusted_certificate = Connection not private
sync-cut-off-proxy_sign_in = Proxy wants a sign-in
sync-cut-off-something_else = Something else answers
sync-needs-answer = Needs your answer
sync-not-saved-full = Disk full
sync-not-saved-read_only = Can’t write
sync-not-saved-somebody_elses = The folder is another user’s
sync-not-saved-not_a_folder = A file is in the way
sync-not-saved-broken = Can’t save
sync-not-saved-in_use = Can’t save
sync-polling = Checked now and then
sync-waiting = { $count ->
    [one] { $count } change waiting
   *[other] { $count } changes waiting
}
sync-words-up_to_date = What you see is current, and everything you changed has arrived.
sync-words-syncing = Changes are on their way.
sync-words-offline = There is no connection to the server. What you change is kept here and sent by itself later.
sync-words-needs_answer = Something waits for your choice: it was changed on another device too, or the server did not accept it.
sync-words-server_trouble = The server answers with faults. Nothing is lost; it is tried again by itself.
sync-words-proxy_sign_in = The proxy of this network wants a user name and a password. Enter them in the proxy settings of this computer, or ask whoever runs the network. Nothing is lost; it is tried again by itself.
sync-words-something_else = Something else answers in the server’s place. Does this network want you to sign in? Open any page in your browser to see. Nothing is lost; it is tried again by itself.
sync-words-not_saved-full = The disk of this device is full. Nothing can be changed or fetched here until there is space; then it goes on by itself.
sync-words-not_saved-read_only = Latchkey can’t write into its folder. Nothing can be changed or fetched here until it can; then it goes on by itself.
sync-words-not_saved-somebody_elses = Latchkey’s folder belongs to another user of this computer. Nothing can be changed or fetched here until it is yours; then it goes on by itself.
sync-words-not_saved-not_a_folder = A file stands in the place of Latchkey’s folder. Nothing can be changed or fetched here until it is moved; then it goes on by itself.
sync-words-not_saved-broken = Latchkey can’t write its copy on this device. Nothing can be changed or fetched here until it can; it is tried again by itself. The log says why.
sync-words-not_saved-in_use = Another program keeps Latchkey from writing its copy on this device. It is tried again by itself.
sync-words-polling = The server can be reached, but something in between lets no live connection through. Latchkey asks it every so often; what you see is as of the last time.
sync-age = Last current { $ago }
sync-never = Not fetched yet
sync-now = Try now

## Failures
failure-invalid_fields = Something in the form needs mending.
failure-invalid_address = That is not the address of a server. It looks like accounts.example.org.
failure-not_https = The connection would not be private. Use an address that starts with https://.
failure-unreachable = The server can’t be reached. Nothing was changed; check your connection, then try again.
failure-unanswered = The connection broke before the server answered. It may have been done: look before you try again.
failure-untrusted_certificate = The connection is not private.
failure-proxy_sign_in = The proxy of this network wants a user name and a password. Enter them in the proxy settings of this computer, or ask whoever runs the network.
failure-something_else = Something else answers in the server’s place. Does this network want you to sign in? Open any page in your browser to see, then try again.
failure-another_server = Another server answers at this address than the one this account is on. Your password was not sent. Ask whoever runs the server.
failure-another_account = That is another account. Sign in to the one that is on this computer, or remove it from this computer first.
certificate-expired = The connection is not private: the server’s certificate has expired. Ask whoever runs the server to renew it.
certificate-not_yet_valid = The connection is not private: the server’s certificate is not valid yet. Check the date and time of this computer; if they are right, ask whoever runs the server.
certificate-other_name = The connection is not private: the certificate is for another address than this server’s. Check the address, or ask whoever runs the server.
certificate-unknown_authority = The connection is not private: this computer does not know who issued the server’s certificate. If this network inspects connections, ask whoever runs the network; else ask whoever runs the server.
certificate-revoked = The connection is not private: the server’s certificate was revoked. Ask whoever runs the server.
certificate-old_tls = The connection is not private: the server offers only outdated encryption. Ask whoever runs the server to turn on TLS 1.2 or newer.
certificate-not_encrypted = The connection is not private: what answers at this address does not encrypt. Check the address, or ask whoever runs the server.
certificate-invalid = The connection is not private: the server’s certificate is not valid. Ask whoever runs the server.
failure-not_latchkey = Something answers at that address, but it is no Latchkey server. Check the address.
failure-nonsense = The server gave an answer that makes no sense. Look whether it was done before you try again.
failure-sign_in_refused = Wrong name or password, or the account can’t sign in. Check both, or use “Forgotten your password?”.
failure-clock_wrong = This computer’s clock differs from the server’s by more than five minutes. Set the clock, then try again.
failure-too_many_attempts = Too many tries. Wait a moment, then try again.
failure-quota_reached = You've reached the limit. Try again later.
failure-mailed_link_needed = Your password was changed three times within a day. To change it again now, use a link for a new password.
quota-edits = You've reached the limit for changes in one day.
quota-changes = This device has reached its limit for changes in one day.
quota-security_changes = You've reached the limit for changes to addresses and sign-in in one day.
quota-sign_ins = This device has signed in too often today.
quota-new_devices = Too many new devices have signed in to this account today. A device you used before can still sign in, and resetting the password lifts the limit.
quota-links = Too many confirmation links were requested from your network.
quota-wait = Try again in { $minutes ->
    [one] a minute.
   *[other] { $minutes } minutes.
}
failure-new_password_needed = Too many wrong passwords in a row: none is looked at any more. Set a new one with a link, by “Forgotten your password?”.
failure-busy = The server has too much to do. Try again in a moment.
failure-server_fault = The server had a fault. Look whether it was done before you try again.
failure-other_device = For your safety, this link opens Latchkey only where you asked for it and had signed in before. Your password is unchanged. Choose a new one on the page in your browser, or paste that page’s address here under “I have a link”.
failure-link_spent = This link was used, replaced, or is too old. Ask for a new one.
failure-already_confirmed = This address is already confirmed. There is nothing left to do.
failure-link_not_understood = Latchkey did not find one link for this in what you pasted. Copy the whole link, from its first letter to its end. If your mail provider rewrites links, open it in the browser instead.
failure-link_malformed = The link is incomplete or was changed on the way, so nothing was done. Open it again from the mail, or copy the whole link and paste it where Latchkey asks for it.
failure-not_found = That is not there any more.
failure-not_allowed_now = That can’t be done at the moment. Nothing was changed; try again later.
failure-signed_out = This device is signed out. Sign in again to continue.
failure-keyring_locked = Your keyring was not unlocked, so Latchkey can’t keep your key in it. Try again and answer the keyring’s prompt.
failure-keyring_unavailable = Your system’s keyring does not work or does not answer, so Latchkey can’t keep your key in it.
failure-disk_full = The disk is full. Make some space, then try again. What was there before is kept.
failure-read_only = Latchkey can’t write into its folder. Nothing was changed; make the folder writable, then try again.
failure-folder_in_use = Another copy of Latchkey is using the same data. Close it, then try again.
failure-internal = Something went wrong in Latchkey. It is written in its log.
failure-bundled_server_broken = The server on this computer does not start. The log says why.
failure-folder_not_opened = No program opened the folder.
failure-folder-named = No program opened the folder. You find it at { $folder }
failure-changed_meanwhile = This changed meanwhile. Look at the values again, then choose.
failure-other_server = This link belongs to another server than the one this app uses.
failure-link-of-server = This link is of { $server }, which is not the server that this app uses, so nothing was sent. Open the link in your browser instead.
failure-no_server_chosen = Choose a server and sign in first, then open the link again.
failure-step_up_needed = This needs your password again. Nothing was changed.
failure-second_factor_needed = A code from your authenticator app is needed as well.
failure-code_or_passkey_needed = A code from your authenticator app or a passkey is needed as well.
failure-frozen = Your account is frozen, so this stays as it is until the freeze is lifted.
failure-device_in_question = First say whether the sign-in on this device was you: on a device that you used before, or with the link in the e-mail about it, if you got one.
failure-administrators_only = Only administrators of the server can do that. Nothing was changed.
failure-file_not_written = The file could not be saved. Look whether there is space in your download folder and whether it can be written.
wait-too_many_attempts = Too many tries. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
wait-busy = The server has too much to do. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
wait-minutes-too_many_attempts = Too many tries. Try again in { $minutes } minutes.
wait-minutes-busy = The server has too much to do. Try again in { $minutes } minutes.
try-again-in = You can try again in { $time }.
try-again-now = You can try again now.

## Refused fields
field-required = This is needed.
field-too_short = This is too short.
field-too_short_alone = Without two-step sign-in this password is too short. Choose a longer one first, then turn two-step sign-in off.
field-too_long = This is too long. Nothing was cut off; please shorten it.
field-invalid_characters = There is a character in it that can’t be used here.
field-invalid_shape = It starts or ends with a character that can’t be there.
field-not_an_email_address = This is not an e-mail address. It looks like anna@example.org.
field-taken = Somebody has this already. Please choose another.
field-already_yours = This address is in your list already.
field-too_many = That is one too many.
address-too-many = Ten addresses are the most. Remove one first.
field-not_a_choice = Please choose one from the list.
field-too_common = This password is easy to guess. Add a few more words.
field-contains_context = This password is built on your own name, username or e-mail. Choose other words.
field-no_upper_case = Add an upper-case letter.
field-no_lower_case = Add a lower-case letter.
field-no_digit = Add a digit.
field-no_special = Add a character that is neither letter nor digit.
field-wrong_password = This is not the account’s password.
field-wrong_code = This code does not fit. Take the one your authenticator app shows now; each works once.
field-unchanged = This is what it is already.
field-different = The two passwords differ. Type the same one twice.
username-invalid-characters = A username has letters a–z, digits, dots, hyphens and underscores, and no spaces. Try anna-k or anna.k.
username-invalid-shape = A username starts and ends with a letter or a digit.
username-too-short = A username has at least two characters.
username-taken = Somebody has this username. Please choose another.
display-name-required = Please say how you want to be called.
display-name-too-long = A name has at most 120 characters. Nothing was cut off; please shorten it.
device-name-required = A device needs a name.
device-name-too-long = A device’s name has at most 80 characters. Nothing was cut off; please shorten it.
password-too-short = This password is too short. The list below says how long it must be.
password-over-long = This password has { $length } characters, and at most { $count } are possible. Nothing was cut off; please shorten it.
password-unchanged = This is the password you have already. Choose another one.
repeat-required = Type the same password again.
time-zone-not-a-choice = This is not a time zone. Please choose one from the list.
## Edits that were not taken
refused-display_name = The name “{ $value }” was not accepted
refused-language = The language “{ $value }” was not accepted
refused-time_zone = The time zone “{ $value }” was not accepted
refused-device_name = The device’s name “{ $value }” was not accepted
refused-other = “{ $value }” was not accepted
refused-kept = What was there before is kept.
refused-given = Typed { $at }.
refused-put-back = What was there before is kept.
refusal-not_found = What it belongs to is not there any more.
refusal-rejected = The server did not accept it and gave no reason.

## First start
opening-title = Latchkey
opening-lead = Opening your account …
welcome-title = Welcome to Latchkey
welcome-lead = Your account, on your desktop. Where should it live?
use-this-computer = Use this computer
use-this-computer-words = Everything stays here. A small server runs inside Latchkey while it is open.
starting-server = Starting the server on this computer …
connect-to-server = Connect to a server
connect-to-server-words = Your organisation gave you an address, like accounts.example.org.
connect-title = Connect to a server
connect-lead = Type the address that your organisation gave you
server-address = Server address
server-address-hint = Like accounts.example.org
connect = Connect
connecting = Looking for the server …

## Signing in
sign-in-title = Sign in
sign-in = Sign in
login = Username or e-mail
password = Password
password-show = Show password
stay-signed-in = Stay signed in on this device
stay-signed-in-hint = The key is kept in your system’s keyring.
stay-signed-in-not = You are signed out when Latchkey is closed, and what is stored here is destroyed.
stay-signed-in-not-here = You are signed out when Latchkey is closed. Your account itself stays on this computer.
forgotten = Forgotten your password?
code = Code from your authenticator app
code-hint = The six digits it shows now
code-for = For { $login }
recovery-code = Recovery code
recovery-code-hint = One of the codes that you kept; each works once
use-recovery-code = Use a recovery code
use-code = Use the authenticator app
no-other-account = This computer has its account. To add another, quit Latchkey and start it with --allow-sign-up.
no-account = No account yet?
create-one = Create one
use-another-server = Use another server
keyring-hint = Or untick “Stay signed in on this device”: then no keyring is needed, and you are signed out when Latchkey is closed.
ended-title = This device was signed out
ended-by-device = by { $device }, { $at }.
ended-by-other = by another of your devices, { $at }.
ended-expired = because the sign-in had grown too old, { $at }.
ended-signed-out = on this device itself, { $at }.
ended-disowned = because a sign-in was answered with “It was not me”, { $at }.
ended-password_changed = because the password was changed, { $at }.
ended-password_reset = because the password was set anew by a mailed link, { $at }.
ended-email_change_undone = because a change of the main e-mail address was stopped or undone by a mailed link, { $at }.
ended-server_restored = because the server went back to a backup, { $at }.
ended-ended_by_administrator = by an administrator of the server, { $at }.
ended-too_many_devices = because another device signed in and the account had reached its limit of devices, { $at }.
ended-destroyed = Everything stored here for the account was destroyed.
ended-destroyed-here = What this window had stored of the account was destroyed. The account itself stays on this computer.
ended-lost = { $count ->
    [one] One change made here had not been sent yet and is gone.
   *[other] { $count } changes made here had not been sent yet and are gone.
}
ended-receipt-waits = The server will be told so as soon as it can be reached.

## Creating an account
create-account-title = Create an account
create-account = Create account
have-account = Have an account already?
account-created = Your account is ready, and you are signed in.
account-is-here = This computer already has an account. Sign in to it.
display-name = Name
display-name-hint = How you want to be called
email = E-mail
email-hint = You will get a link there to confirm it.
email-hint-here = Nothing is sent there: what Latchkey writes to you is a file on this computer.
username = Username
username-hint = For signing in: letters, digits, dots and hyphens
repeat = Password again
strength = Strength of the password
strength-none = A few words that you can remember make a good password.
strength-refused = Not accepted yet: the list shows what is missing.
strength-weak = Weak: it would be guessed quickly.
strength-fair = Fair: it would hold out for a while.
strength-good = Good: guessing it would take years.
strength-strong = Strong: guessing it would take centuries.
password-rules = What the password needs
make-password = Make one for me
password-made = A password was made and stands in both fields. Keep it somewhere safe.
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
rule-contains_context = Not built on your name or e-mail
rule-no_upper_case = An upper-case letter
rule-no_lower_case = A lower-case letter
rule-no_digit = A digit
rule-no_special = A character that is neither letter nor digit
rule-same = Both entries are the same
rule-satisfied = (done)
rule-open = (still open)
## Forgotten password
forgotten-title = Forgotten your password?
forgotten-words = A link for a new password can be mailed to you. Say which account it is for.
forgotten-words-here = Latchkey writes a link for a new password to a file on this computer. Say which account it is for.
send-link = Send link
make-link = Make link
recovery-asked-title = Look into your mail
recovery-asked-title-here = Open the link
recovery-asked = If there is an account “{ $login }”, a link is on its way
recovery-asked-words = It goes to the address you typed, or to the main address of the account, and works for 10 minutes. Open it on this computer, or copy it and paste it here.
recovery-file = The link is in a file on this computer
recovery-file-words = Nothing is mailed. If there is an account “{ $login }”, the newest file in this folder holds the link, which works for 10 minutes. Open it, or copy it and paste it here.
recovery-mail-queued = The mail waits to be sent
recovery-mail-words-queued = The server is trying. This changes here by itself.
recovery-mail-sent = The mail has left the server
recovery-mail-words-sent = The next mail server has taken it. It should be there within a few minutes.
recovery-mail-bounced = The mail came back
recovery-mail-words-bounced = The mail server of your address does not take it. Ask whoever runs your mail, or the administrator of this server.
recovery-mail-failed = The mail could not be sent
recovery-mail-words-failed = Ask for another link in a while. If that fails too, ask the administrator of this server.
recovery-file-failed = The link could not be written to a file
recovery-file-words-failed = Check that there is space on the disk, then ask for another link.
recovery-none-title = No mail was sent
recovery-none-title-here = No link was made
recovery-mail-limited = This account got several links already
recovery-mail-words-limited = So this time none was sent. The newest one works for 10 minutes from when it was sent: look into all of your mailboxes.
recovery-file-words-limited = So this time none was made. The newest one works for 10 minutes from when it was made.
recovery-limited-until = { $minutes ->
    [one] If it is too old, ask for another one in one minute.
   *[other] If it is too old, ask for another one in { $minutes } minutes.
}
recovery-limited-over = If it is too old, you can ask for another one now.
recovery-mail-frozen = Your account is frozen
recovery-mail-words-frozen = Somebody said of a sign-in to it: it was not me. Until that is lifted, no password is set by a link. Sign in with your password on a device that you used before that sign-in, and lift the freeze there. A password that was changed from the disowned device is the one from before again. If you have no such device any more, ask whoever runs this server to lift it.
unfreeze-words = Somebody said of a sign-in to it: it was not me. Until that is lifted, no password is set by a link. Sign in with your password on a device that you used before that sign-in, and lift the freeze there.
unfreeze-command = If you have no such device any more: you run this server, and this command of the program latchkey-server, which comes separately, lifts the freeze. USERNAME stands for your username.
copy-command = Copy command
recovery-mail-no_address = No address of this account is confirmed
recovery-mail-words-no_address = A link goes only to an address that was confirmed. Look for the mail “Confirm your e-mail address” and open its link, then ask again here. On a device that is still signed in you can have it sent anew, under Contacts.
back-to-sign-in = Back to sign-in
paste-link = I have a link
no-mail-title = The mail does not arrive
no-mail-wait = Wait a few minutes. Some mail servers let a first mail wait.
no-mail-spam = Look into the spam folder.
no-mail-address = It goes only to addresses that were confirmed. Look into all of your mailboxes.
no-mail-newest = Each request makes a new link, and the older ones stop working. Use the newest mail.
no-mail-limit = After three requests there is one link an hour at most. Wait for it rather than asking again.
no-mail-administrator = If nothing helps, ask whoever runs this server. They can start a reset; nobody can tell you your password.
ways-title = What works on this computer
way-link = The link in the newest file lets you choose a new password. Older links stop working.
way-code = If two-step sign-in is on, a code from your authenticator app is asked for too.
way-recovery-code = Without your phone, use one of your recovery codes instead.
way-none = Without either, nobody can let you in: only you run this server.
ask-again = Ask for another link
reset-title = Choose a new password
reset-words = All devices are signed out with it, and you sign in with the new password.
reset-words-signed-in = All devices are signed out with it, this one too, and you sign in with the new password.
reset-link-hint = Paste the link that was mailed to you.
reset-link-hint-here = Paste the link from the newest file.
new-password = New password
set-password = Set password
reset-passkey-title = Go on in your browser
reset-passkey-words = The server’s page there takes your passkey in the place of a code. You choose the new password there too; then sign in here with it.
reset-done = Your new password counts from now on. Sign in with it.

## Asking again who you are
step-up-title = Is it you?
step-up-words = So that nobody who finds this device open can do this, your password is asked again. It then counts for 10 minutes.

## Keyring and folder
keyring-title = Waiting for your keyring
keyring-locked = The keyring is locked
keyring-words-locked = Unlock your system’s keyring, for example with the password of your computer, then try again.
keyring-absent = There is no keyring
keyring-words-absent = This system has no keyring running, so the key to your account can’t be read. Start one, then try again.
keyring-silent = The keyring does not answer
keyring-words-silent = It may be waiting for you in another window. Look for its question, then try again.
keyring-key_missing = The key is not in the keyring
keyring-words-key_missing = The keyring is open, but the key to your account is not in it. If you use more than one keyring, open the right one and try again.
keyring-kept = You are still signed in, and nothing is lost. Your account is stored here under a key that the keyring holds.
keyring-prompts = Your keyring is waiting for you
keyring-prompts-words = It asks for a password in a window of its own, perhaps behind this one. Latchkey continues once you have answered.
keyring-asking = Asking the keyring …
keyring-still = The keyring still does not give out the key.
parked-session_unknown = This server doesn’t know this device any more
parked-server_restored = The server went back to a backup
parked-words = Sign in again to continue, or remove the account from this computer. Until then nothing of it is shown, and nothing is lost.
parked-waiting = { $count ->
    [one] One change made here is not on the server yet. It is sent once you have signed in.
   *[other] { $count } changes made here are not on the server yet. They are sent once you have signed in.
}
parked-remove = Remove from this computer
parked-remove-title = Remove the account from this computer?
parked-remove-words = Everything stored on this computer for the account is destroyed. The account itself stays on its server.
parked-removed = The account was removed from this computer.
keyring-give-up = Do not stay signed in on this device
keyring-give-up-title = Give up what is stored on this device?
keyring-give-up-words = The copy of your account on this device is destroyed and you sign in again. The account itself stays.
keyring-give-up-loses = Changes that were made here and not sent yet are lost.
folder-title = Latchkey can’t open its folder
folder-lead = Nothing is lost. Mend this, then start Latchkey again.
folder-which = Folder
folder-in_use = Another copy of Latchkey has it open
folder-words-in_use = Use the window that is open already, or close it first.
folder-read_only = The folder can’t be written
folder-words-read_only = Give your user the right to write into it.
folder-not_a_folder = A file stands in its place
folder-words-not_a_folder = Move the file that has the name of this folder, or of one above it.
folder-somebody_elses = It belongs to another user, or a link stands in it
folder-words-somebody_elses = Someone else could read and change what Latchkey keeps there, or a link in it leads elsewhere. Ask whoever looks after this computer to give the folder to you, or start Latchkey with another one: --data-dir.
folder-full = The disk is full
folder-words-full = Make some space on the disk.
folder-broken = The folder can’t be used
folder-words-broken = The log says what is wrong with it.

## Overview
overview-title = Overview
greeting-morning = Good morning
greeting-day = Hello
greeting-evening = Good evening
greeting-name-morning = Good morning, { $name }
greeting-name-day = Hello, { $name }
greeting-name-evening = Good evening, { $name }
first-look = This is your account at a glance
last-looked = Last looked { $at } on this device
first-sync = Your account is being fetched
damage-title = The copy on this device was damaged
damage-words = It was noticed, and replaced by a new one from the server.
damage-lost = { $count ->
    [0] No change of yours was lost.
    [one] One change that had not been sent yet could not be saved.
   *[other] { $count } changes that had not been sent yet could not be saved.
}
damage-lost-unknown = Whether changes that had not been sent yet were lost can’t be told. Look at what you changed last.
see-devices = See devices
see-contacts = See contacts
confirm-emails = { $count ->
    [one] Confirm your address { $addresses }
   *[other] Confirm your addresses { $addresses }
}
unreached = { $count ->
    [one] A device that was signed out has not been reached since
   *[other] { $count } devices that were signed out have not been reached since
}
unreached-words = It has no access any more, and will destroy its data at its next start.
two-step-on-fact = a code is asked at each sign-in
two-step-off-fact = the password alone opens your account
few-codes-title = Few recovery codes are left
see-two-step = See two-step sign-in
at-a-glance = At a glance
email-confirmed = confirmed
email-unconfirmed = not confirmed yet
devices-live = { $count } signed in
devices-new = { $count ->
    [0] no new devices
    [one] one new device
   *[other] { $count } new devices
}
who-i-am = You sign in as { $username } · { $server }
timeline-title = Sign-ins, last 30 days
timeline-device = { $count ->
    [one] { $count } sign-in, { $last }
   *[other] { $count } sign-ins, the last { $last }
}
timeline-first = first sign-in of a device
since-title = Since you last looked
since-first = What happened so far
since-nothing = Nothing happened.
since-nothing-elsewhere = Nothing happened elsewhere.
see-activity = See all activity

## Profile
profile-title = Profile
profile-lead = How Latchkey calls you and speaks with you
profile-account = Account
profile-since = Account created
profile-saved = Your profile is saved.
language = Language
language-hint = For the app and the mails it sends you
time-zone = Time zone
time-zone-hint = All times are shown in it
no-email = No address
manage-emails = Manage e-mails
change-username = Change
change-username-title = Change your username
change-username-words = You sign in with the new one from then on, and the old one is free for others.
username-changed = Your username is { $username } now.
conflict-title-display_name = Two different names
conflict-title-language = Two different languages
conflict-title-time_zone = Two different time zones
conflict-title-device_name = Two different names of a device
conflict-title-other = Two different values
conflict-words = You changed this here, and on another device meanwhile. Which one is right?
conflict-words-device = You changed this here, and on { $device } meanwhile. Which one is right?
conflict-here = here, { $at }
conflict-there = { $device }, { $at }
conflict-keep-display_name = Keep this name
conflict-keep-language = Keep this language
conflict-keep-time_zone = Keep this time zone
conflict-keep-device_name = Keep this name
conflict-keep-other = Keep this
conflict-answered = “{ $value }” is kept.

## Contacts
contacts-title = Contacts
contacts-lead = Where you can be reached
emails-title = E-mail addresses
email-add = Add address
email-new = New address
email-new-hint = A link is sent there. The address counts once you have confirmed it.
email-added = A link to confirm it was sent to { $address }.
email-added-here = { $address } was added.
email-resend = Send link again
email-resent = A new link was sent to { $address }. Older ones don’t work any more.
email-link-sent = Link sent { $ago }
email-waits = Waiting for its confirmation
email-confirmed-on = Confirmed { $date }
email-came-back = The last mail to it came back, { $at }. What your account has to tell you does not arrive there.
email-now-primary = { $address } is your primary address now.
email-primary-asked = The primary address so far has to agree first: follow the link that was sent there. Then { $address } takes its place.
email-now-confirmed = { $address } is confirmed.
email-change-agreed = Agreed for { $address }. The other address has yet to confirm.
link-refused-title = This link did not work
link-already-confirmed = This address is already confirmed. There is nothing left to do.
email-removed = { $address } was removed.
email-remove-title = Remove { $address }?
email-remove-words = You can’t sign in with it any more, and no mail is sent to it.
email-remove-pending = The link that was sent to it will not work any more.
make-primary = Make primary
change-email = Change
change-email-title = Change your e-mail address
change-email-words = A link is sent to the new address. { $address } stays until it is confirmed, is told of the change, and can undo it for 7 days.
change-email-words-here = The new address takes its place at once. { $address } stays as a further address.
change-email-words-both = A link is sent to the new address, and another to { $address }: as two-step sign-in has not been on for 7 days, both have to confirm. Until then { $address } stays, and for 7 days after the change it can undo it.
change-email-asked = A link to confirm the change was sent to { $address }.
email-change-pending = { $address } is to become your primary address
email-change-until = It waits until { $at } for what is missing. Until then { $address } stays.
email-change-steps = What is needed
email-change-confirm-new = Confirmed by the link sent to { $address }
email-change-confirm-old = Agreed to by the link sent to { $address }
email-change-old-lost = You no longer read { $address }? Once two-step sign-in has been on for 7 days, that address is told of a change, and not asked.
email-change-done = Your e-mail address was changed to { $address }
email-change-undo = The link sent to { $address } undoes it until { $at }.
email-change-undo-here = To undo it, open the link in the mail file for { $address } in the folder below, until { $at }.
stop-change = Stop the change
stop-change-title = Stop the change to { $address }?
stop-change-words = { $address } stays your primary address, and the links that were sent don’t work any more.
email-change-stopped = The change is stopped. { $address } stays.
primary = Primary
pending = Pending
confirm-title = Confirm an address
confirm-link = Link from the mail
confirm-link-hint = Paste the link here if it did not open by itself.
mails-title = Mails from Latchkey
mail-folder = This server sends no mail. Each mail is a file in this folder:
mail-on-server = This server keeps its mails in a folder of its own. Ask whoever runs it for the link.
mail-sent = The link comes by mail. Look into the spam folder if it does not arrive.
open-folder = Open folder

## Devices
devices-title = Devices
devices-lead = Everything that is signed in to your account
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
device-times = First seen { $first } · signed in since { $since } · until { $until }
device-name = Name of the device
device-renamed = The device is called { $device } now.
active-now = active now
last-active = last active { $ago }
end-others = Sign out all others
end-all = Sign out everywhere
end-one-title = Sign out { $device }?
end-others-title = { $count ->
    [one] Sign out the other device?
   *[other] Sign out { $count } other devices?
}
end-all-title = Sign out everywhere, here too?
end-words = { $count ->
    [one] Its access ends at once, and it destroys what it has stored of your account.
   *[other] Their access ends at once, and they destroy what they have stored of your account.
}
end-all-words = All access ends at once, and every device destroys what it has stored of your account, this one too.
ended-one = { $device } is signed out.
ended-others = { $count ->
    [one] One device is signed out.
   *[other] { $count } devices are signed out.
}
device-expired = Expired { $at }
device-signed-out = Signed itself out { $at }
device-ended-here = Signed out by this device { $at }
device-ended-by = Signed out by { $device } { $at }
device-ended = Access ended { $at }
not-reached = access ended, device not reached since; it will destroy its data at its next start
confirmed-destroyed = confirmed { $time }, its data is destroyed
receipt = Receipt
receipt-title = Receipt of { $device }
ending-title = { $device } is signed out
receipt-verified = The signature was checked here and is right
receipt-verified-words = The device itself signed that it has destroyed everything it had stored of your account.
receipt-wrong = The receipt is not signed by this device
receipt-wrong-words = Access has ended all the same. Whether the data on the device is destroyed is not proven.
receipt-how = What happened
receipt-asked = Access ended
receipt-destroyed = Data destroyed
receipt-key = Key of the device
receipt-signature = Signature
receipt-device = Device
not-reached-title = Access ended, and the device has not been reached since
not-reached-words = It can’t do anything with your account any more. Once it is switched on and connected, it destroys its data before it shows anything, and its signed receipt appears here.
device-ended-disowned = Signed out because of “It was not me” { $at }
device-ended-password_changed = Signed out by a change of the password { $at }
device-ended-password_reset = Signed out by a reset of the password { $at }
device-ended-email_change_undone = Signed out because a change of the main e-mail address was undone { $at }
device-ended-server_restored = Signed out { $at }: the server went back to a backup
device-ended-ended_by_administrator = Signed out by an administrator { $at }
device-ended-too_many_devices = Signed out because another device signed in at the limit of devices { $at }

## Sign-ins from new devices
alert-title = { $device } signed in for the first time, { $at }
alert-words = { $system }, { $address }. Was it you?
alert-signed-out = It is signed out by now. If it was not you, somebody knows your password all the same.
alert-elsewhere = You can answer on a device that you have used for longer.
alert-elsewhere-or-mail = You can answer on a device that you have used for longer, or with the link in the e-mail about it.
it-was-me = It was me
it-was-not-me = It was not me
said-was-me = You said that this sign-in was you ({ $date }).
alert-was-me-done = Good. { $device } belongs to you.
alert-not-me-done = { $count ->
    [0] Your account is frozen. Choose a new password now.
    [one] One device was signed out, and your account is frozen. Choose a new password now.
   *[other] { $count } devices were signed out, and your account is frozen. Choose a new password now.
}
not-me-title = Was { $device } somebody else?
not-me-words = Then somebody knows your password. This happens at once:
not-me-ends = All other devices are signed out and destroy what they have stored.
not-me-undoes = What that device has changed is undone: password, username, e-mail addresses, and what it added to two-step sign-in.
not-me-freezes = Your account is frozen: e-mail addresses, username, two-step sign-in and password resets stay as they are until you lift the freeze.
not-me-password = You choose a new password next.
frozen-title = Your account is frozen
frozen-words = Because of the sign-in from { $device } that was not you ({ $at }), e-mail addresses, username and two-step sign-in can’t be changed, and the password can’t be reset by a link.
frozen-lift-words = Choose a new password first. Then lift the freeze.
frozen-lift-elsewhere = It can be lifted on a device that you used before that sign-in.
frozen-own-question = This device may lift it once you have said that it is yours: nobody has answered yet whether you signed in on it. Answer on a device that you have used for longer.
frozen-own-question-or-mail = This device may lift it once you have said that it is yours: nobody has answered yet whether you signed in on it. Answer on a device that you have used for longer, or with the link in the e-mail about the sign-in.
lift = Lift the freeze
lift-title = Lift the freeze?
lift-words = Everything can be changed again then. Have you chosen a new password?
lifted = The freeze is lifted.

## Password
password-title = Password
password-never-changed = The one from when the account was created
password-changed-on = Last changed { $at }
current-password = Current password
end-my-others = Sign out my other devices
end-my-others-hint = { $count ->
    [0] No other device is signed in at the moment.
    [one] One other device. This one stays signed in.
   *[other] { $count } other devices. This one stays signed in.
}
end-my-others-not = { $count ->
    [0] No other device is signed in at the moment.
    [one] One other device stays signed in.
   *[other] { $count } other devices stay signed in.
}
change-password = Change password
password-changed = Your password is changed.
password-changed-ended = { $count ->
    [one] Your password is changed, and one device is signed out.
   *[other] Your password is changed, and { $count } devices are signed out.
}
password-mail = A mail to each of your confirmed addresses will tell you that it was changed.

## Two-step sign-in
two-step-title = Two-step sign-in
two-step-lead = A code from your phone, besides the password
two-step-off = Two-step sign-in is off
two-step-off-words = With it, somebody who has your password still can’t get in.
two-step-on = Two-step sign-in is on
two-step-since = Turned on { $at }
two-step-set-up = Set up
two-step-needs-email = Confirm an e-mail address first
two-step-needs-email-words = So nobody can lock you out by signing up with your address.
two-step-mail = A mail to each of your confirmed addresses tells you of every change here.
two-step-enabled = Two-step sign-in is on. Keep the recovery codes now.
two-step-disabled = Two-step sign-in is off.
two-step-disable-title = Turn off two-step sign-in?
two-step-disable-words = The password alone opens your account then, and the recovery codes don’t work any more. Your passkeys are removed.
next-code-words = Each code works once. If you have just used one, wait for the next.
scan-title = 1. Scan this with your authenticator app
scan-words = Any app for one-time codes will do. It keeps the key and shows a new code every 30 seconds.
type-key = If it can’t scan, type this key into it:
copy-key = Copy key
qr-label = QR code with the key for your authenticator app
verify-title = 2. Type the code that it shows
verify-words = Nothing is turned on until the code fits.
verify-others-hint = They signed in without a code. They are signed out, lose changes that were not sent yet, and need a code to sign in again.
recovery-codes = Recovery codes
codes-left = { $count ->
    [one] One left
   *[other] { $count } left
}
codes-made = made on { $date }
few-codes = { $count ->
    [0] No recovery code is left
    [one] One recovery code is left
   *[other] { $count } recovery codes are left
}
codes-lost = Your recovery codes have not come
codes-lost-words = Two-step sign-in is on, but the connection broke before the new codes were here, and nobody has seen them. Make others: they take the place of those.
few-codes-words = Make new ones in time: without your phone they are the only way in.
new-codes = Make new codes
new-codes-title = Make new recovery codes?
new-codes-words = The older ones stop working at once.
codes-title = Keep these recovery codes
codes-words = They are shown this once. Each opens your account one time when your phone is not at hand, so keep them where nobody else looks.
codes-of = Account { $username } on { $server }, made { $at }
codes-of-computer = Account { $username } on the computer { $computer }, made { $at }
save-codes = Save
print-codes = Print
copy-codes = Copy
codes-kept = I have kept them

## Activity
activity-title = Activity
activity-lead = What happened to your account
activity-nothing = Nothing has happened yet.
activity-older-shown = { $count ->
    [one] One older entry is shown.
   *[other] { $count } older entries are shown.
}
show-older = Show older
activity-account_created = The account was created
activity-signed_in = { $device } signed in
activity-signed_in_from_new_device = { $device } signed in
activity-sign_in_failed = Somebody tried to sign in with a wrong password
activity-sign_in_stopped = A hundred wrong passwords in a row: no more are looked at until the password is reset or a device that was here before signs in
activity-sign_in_unfinished = Somebody gave the right password to sign in, but no right code within 15 minutes
activity-password_refused = A wrong password was given where it is asked for again
activity-second_factor_refused = A wrong code, or a wrong passkey, was given
activity-signed_out = { $device } signed out
activity-device_ended = { $subject } was signed out
activity-device_confirmed_ended = { $subject } confirmed that its data is destroyed
activity-device_renamed = A device was named { $subject }
activity-profile_changed = The profile was changed
activity-changed-display_name = The name was changed to “{ $value }”
activity-changed-language = The language was changed to { $value }
activity-changed-time_zone = The time zone was changed to { $value }
activity-renamed = “{ $before }” was renamed “{ $after }”
activity-password_changed = The password was changed
activity-password_reset_requested = A link to set a new password was asked for
activity-password_reset = The password was reset by a mailed link
activity-password_restored = The password is again the one from before that device
activity-email_added = { $subject } was added
activity-email_confirmed = { $subject } was confirmed
activity-email_made_primary = { $subject } became the primary address
activity-email_removed = { $subject } was removed
activity-email_change_requested = { $subject } is to become the primary address, once it is confirmed
activity-email_change_completed = { $subject } became the primary address
activity-email_change_cancelled = The change to { $subject } was stopped
activity-email_change_undone = The change to { $subject } was undone from the old address
activity-username_changed = The username was changed to { $subject }
activity-not_given_back = { $subject } could not be given back: another account has it by now
activity-second_factor_enabled = Two-step sign-in was turned on
activity-second_factor_disabled = Two-step sign-in was turned off
activity-second_factor_locked = Ten wrong codes in a row: two-step sign-in was blocked for 15 minutes
activity-recovery_code_used = A recovery code was used
activity-recovery_codes_replaced = New recovery codes were made; the older ones no longer work
activity-recovery_codes_voided = The recovery codes no longer work: a device had them made whose sign-in was not you
activity-passkey_added = The passkey “{ $subject }” was added
activity-passkey_renamed = A passkey was named “{ $subject }”
activity-passkey_removed = The passkey “{ $subject }” was removed
activity-passkey_refused = The passkey “{ $subject }” was refused: it seems to be a copy
activity-old_token_used = An old session key of “{ $subject }” was used: it may have been copied, or the device was restored from a backup
activity-sign_in_confirmed = The sign-in of { $subject } was you
activity-sign_in_disowned = The sign-in of { $subject } was not you: all other devices were signed out and the account was frozen
activity-freeze_lifted = The freeze of the account was lifted
activity-mail_bounced = A mail to { $subject } came back
activity-mail_failed = A mail to { $subject } could not be sent within a day
activity-unknown = Something happened that this version of Latchkey has no words for. A newer one says what.
activity-administrator_granted = You became an administrator of this server
activity-administrator_revoked = You are no longer an administrator of this server
activity-password_reset_started = The administrator { $subject } started a password reset for you
activity-second_factor_reset = The administrator { $subject } turned two-step sign-in off and signed out all devices
activity-sessions_ended_by_administrator = The administrator { $subject } signed out all devices
activity-user_password_reset_started = You started a password reset for { $subject }
activity-user_second_factor_reset = You reset two-step sign-in of { $subject } and signed out all their devices
activity-user_sessions_ended = You signed out all devices of { $subject }
activity-repeated = { $count } times since { $first }
activity-from-to = From “{ $before }” to “{ $after }”
activity-time = Time
activity-first = First time
activity-count = How often
activity-times = { $count ->
    [one] once
   *[other] { $count } times
}
activity-device = Device
activity-no-device = Not done from a signed-in device
activity-address = IP address
activity-none-so-far = Nothing fits so far. There is more further back.
activity-none-match = Nothing fits. Leave something out of what you look for.
filter = Look for
filter-text = Words
filter-group = What
filter-all = Everything
activity-group-sign_ins = Sign-ins
activity-group-devices = Devices
activity-group-security = Password and two-step sign-in
activity-group-profile = Profile
activity-group-contacts = E-mail addresses
activity-group-mail = Mail
activity-group-administration = Administration
filter-device = Device
filter-all-devices = Every device
filter-time = When
filter-all-time = At any time
filter-days = { $count ->
    [one] The last 24 hours
   *[other] The last { $count } days
}
export = Export
export-title = Save your activity
export-all = Everything that happened to your account, as a file in your download folder.
export-as-of = It holds what this device knows: what happened up to { $at }.
export-incomplete = It holds what this device knows, and not everything has arrived here yet.
export-filtered = What you are looking at, as it is filtered, as a file in your download folder.
export-csv = As a table (CSV)
export-json = As data (JSON)
exported = { $count ->
    [one] It holds one entry.
   *[other] It holds { $count } entries.
}

## Mail
mail-title = Mail
mail-lead = Every mail to you, and what became of it
mail-nothing = No mail was sent yet.
mail-older-shown = { $count ->
    [one] One older mail is shown.
   *[other] { $count } older mails are shown.
}
mail-to = To { $address }
mail-chip-bounced = came back
mail-chip-failed = not sent
mail-status-queued = waits to be sent
mail-status-next = is tried again { $at }
mail-status-sent = handed over { $at }
mail-status-written = written to a file { $at }
mail-status-bounced = came back { $at }
mail-status-failed = given up { $at }
mail-status-withdrawn = no longer needed, { $at }
mail-reason-no_longer_needed = A newer mail took its place, or what it was about is over.
mail-reason-too_many = There were as many links within an hour as one may ask for.
mail-reason-gave_up = Every try of a day failed.
mail-reason-will_try_again = A try failed; there will be another.
mail-reason-refused = A mail server refused it for good.
mail-recipient = To
mail-queued = Written
mail-handed-over = Handed over
mail-written = Written to a file
mail-answer = Mail server said
mail-text = Text of the mail
mail-no-text = It has no text yet: it is written when it is sent.
mail-masked = As it was sent; the secret in a link is shown as dots.
send-again = Send again
mail-sent-again = It is on its way to { $address } again.

## Users
users-title = Users
users-lead = Everybody with an account on this server
users-search = Search
users-search-hint = Part of a name, a username or an e-mail address
users-nobody = Nobody fits. Leave something out of what you search for.
users-found = { $count ->
    [one] One person is shown.
   *[other] { $count } people are shown.
}
users-more = Show more
users-closed-title = Administration is closed
users-closed-words = It concerns other people’s accounts. It opens with your password, and stays open for 10 minutes.
users-open = Open administration
users-offline-title = Not without a connection
users-offline-words = Other people’s accounts are never kept on this device. You see them here as soon as the server can be reached.
users-forbidden-title = You do not administer this server
users-forbidden-words = Only its administrators see other people’s accounts. Whoever runs the server decides who they are.
user-administrator = Administrator
user-you = You
user-edit = Edit
user-back = All users
user-basic = Basic info
user-login = Login
user-name = Name
user-password = Password
user-password-own = Only you know it.
user-password-theirs = Only { $name } knows it. You can start a reset, and never set or see it.
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
user-two-step-on-words = A code is asked at each sign-in.
user-two-step-off-words = The password alone opens the account.
user-two-step-reset = Reset two-step sign-in
user-devices = { $count ->
    [0] No device is signed in
    [one] One device is signed in
   *[other] { $count } devices are signed in
}
user-devices-words = Which ones, only { $name } sees.
user-end-devices = Sign out all devices
user-see-devices = See Devices
user-see-two-step = See Two-step sign-in
user-frozen-title = The account of { $name } is frozen
user-frozen-words = { $name } said of a sign-in that it was somebody else. Until { $name } lifts that, neither the password nor two-step sign-in can be reset. You can sign out all devices.
user-no-address = No e-mail address of { $name } is confirmed, so no link can be sent to choose a new password.
user-reset-title = Start a password reset for { $name }?
user-reset-words = A mail with a link goes to { $address } and says that you started it. With the link { $name } chooses a new password. You will not learn it, and the password so far works until then.
user-reset-act = Send the mail
user-reset-done = A mail with a link is on its way to { $address }. Only { $name } will know the new password.
user-reset-too-many = { $name } got several such mails already. The next one can be sent in { $minutes ->
    [one] one minute.
   *[other] { $minutes } minutes.
}
user-two-step-title = Reset two-step sign-in of { $name }?
user-two-step-words = From then on the password alone opens the account. The recovery codes become void, all devices of { $name } are signed out, and every confirmed address is told by mail that it was you.
user-two-step-sure = Make sure that it is { $name } who asks for it: somebody who knows the password could be after it.
user-two-step-done = Two-step sign-in of { $name } is off, and all devices are signed out.
user-end-title = Sign out all devices of { $name }?
user-end-words = { $name } has to sign in again everywhere, and is told by mail that it was you. The password stays the same.
user-end-done = { $count ->
    [0] No device of { $name } was signed in.
    [one] One device of { $name } is signed out.
   *[other] { $count } devices of { $name } are signed out.
}

## Preferences
preferences-title = Preferences
preferences-lead = How Latchkey behaves on this device
preferences-looks = Looks
preferences-window = Window
preferences-saved = Saved.
theme = Colours
theme-system = As the system
theme-light = Light
theme-dark = Dark
text-size = Text size
text-size-hint = Also with Ctrl or ⌘ and +, − or 0, or with Ctrl and the mouse wheel.
app-language = Language of the app
app-language-hint = Part of your profile: it changes on all your devices.
stay-in-tray = Stay in the tray when the window is closed
stay-in-tray-hint = Latchkey goes on syncing and tells you when somebody signs in.
stay-in-tray-impossible = This desktop has no tray, so closing the window ends Latchkey.
preferences-log = Log
preferences-log-words = What Latchkey noted of itself, for whoever helps you. There is nothing secret in it.
show-log = Show the log

## Passkeys

passkeys-title = Passkeys
passkeys-words = A passkey in this computer, a phone or a USB key takes the place of the code when you sign in.
passkeys-full = There are as many as there can be.
passkey-why-browser = Passkeys work in your browser and not in this window, so Latchkey opens your server’s page there.
passkeys-obstacle-needs_https = Passkeys can’t be used with this server: browsers want an address that begins with https.
passkeys-obstacle-needs_name = Passkeys can’t be used with this server: browsers want a name as its address, and it has a number.
passkeys-obstacle-available = Passkeys can be used with this server.
passkey-add = Add a passkey
passkey-added = The passkey “{ $name }” was added.
passkey-go-on = Go on in your browser
passkey-go-on-words = Give the passkey a name there, and say where to keep it. It appears here as soon as it is added.
passkey-no-browser = No browser has opened
passkey-open-address = Open this address in a browser on this computer. It works once, and holds a secret: show it to nobody.
passkey-copy-address = Copy address
passkey-since = Added on { $date }
passkey-never-used = not used yet
passkey-last-used = last used { $ago }
passkey-name = Name of the passkey
passkey-rename-title = Rename { $name }
passkey-renamed = The passkey is called “{ $name }” now.
passkey-remove-title = Remove { $name }?
passkey-remove-words = It can’t be used to sign in any more. Your authenticator app and the recovery codes stay as they are. The passkey itself remains where it is kept; you can delete it there.
passkey-removed = The passkey “{ $name }” was removed.
use-passkey = Use a passkey
passkey-use-title = Use your passkey
passkey-use-words = Go on in your browser. When it has accepted your passkey, it brings you back here.
passkey-completion = Code from the browser
passkey-completion-hint = Only if you are not brought back by itself
completion-wrong = This code does not fit, or it is too old. Take the one that the browser shows, or go back and begin again.
completion-required = Type the code that the browser shows.
