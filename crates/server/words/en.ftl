# What the server writes: mails and browser pages. Each file here has the same messages with the same variables.

moment = { $year }-{ $month }-{ $day }, { $hour }:{ $minute } ({ $zone })

## Mails

mail-greeting = Hello,
mail-done-by = It was done on the device “{ $device }”, from { $origin }.
mail-done-from = It was done from { $origin }.
mail-footer = Latchkey on { $host } sent this mail about the account “{ $username }”.

confirm-email-subject = Confirm your e-mail address
confirm-email-heading = Confirm your e-mail address
confirm-email-reason = The address { $address } was added to the account “{ $username }” on { $host }. Please confirm that it is yours.
confirm-email-button = Confirm this address
confirm-email-app = Open it in the Latchkey app
confirm-email-validity = The link works once, for 24 hours. A newer mail replaces it.
confirm-email-not-you = If you know nothing of this, do nothing. An address that nobody confirms is not used.

address-in-use-subject = Somebody tried to add your e-mail address
address-in-use-heading = Somebody tried to add your e-mail address
address-in-use-reason = { $address } was entered for another account on { $host }. It belongs to your account “{ $username }”, so nothing has changed.
address-in-use-you = If that was you: sign in to “{ $username }”, or remove the address there first.
address-in-use-not-you = If it was not you, there is nothing to do.

email-added-subject = An e-mail address was added to your account
email-added-heading = An e-mail address was added
email-added-reason = { $address } was added to your account “{ $username }” on { $moment }. It is used only once it has been confirmed.

email-removed-subject = An e-mail address was removed from your account
email-removed-heading = An e-mail address was removed
email-removed-reason = { $address } was removed from your account “{ $username }” on { $moment }.

email-made-primary-subject = Your main e-mail address has changed
email-made-primary-heading = Your main e-mail address has changed
email-made-primary-reason = { $address } was made the main address of your account “{ $username }” on { $moment }.

sign-in-alert-subject = New device signed in to your account
sign-in-alert-heading = Was this you?
sign-in-alert-reason = A device that was never here before signed in to your account “{ $username }” on { $moment }. It calls itself “{ $device }” ({ $system }) and came from { $origin }.
sign-in-alert-nameless = A device that was never here before signed in to your account “{ $username }” on { $moment }. It does not say what it is called ({ $system }) and came from { $origin }.
sign-in-alert-effect = The device is on probation: until you approve it, it can read your account and change nothing that matters. If this wasn’t you, press “It wasn’t me”: the device is signed out, and you choose a new password.
sign-in-alert-yours = If it was you, approve the device in Latchkey: on a device you already use, or on the new one, which can have a link sent to your primary address.

approve-device-subject = Approve your new device
approve-device-heading = Approve your new device
approve-device-reason = “{ $device }”, signed in to your account “{ $username }” from { $origin }, asks for this link to be approved.
approve-device-nameless = A device without a name, signed in to your account “{ $username }” from { $origin }, asks for this link to be approved.
approve-device-button = Approve the device
approve-device-app = Approve it in the Latchkey app
approve-device-validity = The link works for 10 minutes, and only in Latchkey on that device. If you read this on another one, copy the link and paste it into Latchkey there.
approve-device-not-you = If you didn’t ask for this, someone has your password. Do nothing with this link: without it, their device can change nothing. Press “It wasn’t me” in the mail about the new device.

device-approved-subject = A device was approved
device-approved-heading = A device was approved
device-approved-reason = On { $moment } the device “{ $device }” was approved for your account “{ $username }”. It can now do everything your other devices can.
device-approved-nameless = On { $moment } a device without a name was approved for your account “{ $username }”. It can now do everything your other devices can.

device-disowned-subject = A device was signed out. Choose a new password
device-disowned-heading = Choose a new password
device-disowned-reason = On { $moment } you said that the sign-in on “{ $device }” to your account “{ $username }” wasn’t you. The device was signed out; it changed nothing that matters.
device-disowned-nameless = On { $moment } you said that the sign-in on a device without a name to your account “{ $username }” wasn’t you. The device was signed out; it changed nothing that matters.
device-disowned-next = Whoever it was has your password. No new device can sign in with it: choose a new one in Latchkey under Password, or with a link to your primary address.

account-secured-subject = Your account is secured
account-secured-heading = Your account is secured
account-secured-reason = On { $moment } your account “{ $username }” was secured, because something in it wasn’t you.
account-secured-effect = All other devices were signed out. Other e-mail addresses, passkeys, recovery codes and recently added two-step sign-in are suspended. Nothing was deleted.
account-secured-next = Next: choose a new password, sign in, and review what is suspended. Keep what is yours and remove the rest.

mail-not-me = It wasn’t me

reset-password-subject = Choose a new password
reset-password-heading = Choose a new password
reset-password-reason = Somebody asked for a new password for the account “{ $username }” on { $host }. If that was you, follow the link.
reset-password-button = Choose a new password
reset-password-app = Open it in the Latchkey app
reset-password-validity = The link works once, for 10 minutes from when this mail was sent. A newer mail replaces it.
reset-password-not-you = If it was not you, do nothing: your password stays as it is.

password-changed-subject = Your password has changed
password-changed-heading = Your password has changed
password-changed-reason = The password of your account “{ $username }” was changed on { $moment }.

password-reset-subject = Your password was reset
password-reset-heading = Your password was reset
password-reset-reason = The password of your account “{ $username }” was reset on { $moment } with a link sent by mail. All devices were signed out.

confirm-email-change-subject = Confirm your new e-mail address
confirm-email-change-heading = Confirm your new e-mail address
confirm-email-change-reason = The account “{ $username }” on { $host } is to use { $address } as its main address. Please confirm that it is yours.
confirm-email-change-button = Confirm this address
confirm-email-change-app = Open it in the Latchkey app
confirm-email-change-validity = The link works once, for 24 hours.
confirm-email-change-not-you = If you know nothing of this, do nothing. Nothing changes without you.
approve-email-change-subject = Please confirm the change of your e-mail address
approve-email-change-heading = Do you want to change your main address?
approve-email-change-reason = The account “{ $username }” on { $host } is to use { $address } as its main address instead of this one. It changes once both addresses have confirmed.
approve-email-change-button = Yes, change it
approve-email-change-not-you = If you did not ask for this, do not confirm it. The other mail about it has a link that stops the change.
email-change-requested-subject = Your main e-mail address is to change
email-change-requested-heading = Your main e-mail address is to change
email-change-requested-reason = On { $moment }, { $address } was asked for as the new main address of the account “{ $username }”.
email-change-requested-effect = If it was you, there is nothing to do. If it wasn’t, stop it with the link, which works until 30 days after the change: this address stays the primary one, and your account is secured.
email-change-requested-button = Stop the change
email-change-completed-subject = Your main e-mail address has changed
email-change-completed-heading = Your main e-mail address has changed
email-change-completed-reason = Since { $moment }, { $address } is the main address of the account “{ $username }”.
email-change-completed-effect = If it wasn’t you, take it back within 30 days: this address becomes the primary one again, and your account is secured.
email-change-completed-button = Take it back
email-change-undone-subject = The change of your e-mail address was undone
email-change-undone-heading = The change of your e-mail address was undone
email-change-undone-reason = On { $moment } the change of the primary address of the account “{ $username }” was taken back. { $address } is the primary address again, all devices were signed out, and whatever someone else may have added is suspended.
email-change-undone-next = Whoever had changed it may know your password: set a new one before you sign in again.
username-changed-subject = Your username has changed
username-changed-heading = Your username has changed
username-changed-reason = On { $moment } the username of your account on { $host } was changed. It is “{ $username }” now: sign in with that.
username-changed-dots = In mails a dot in a username is shown as a space, so that no mail program makes a link of it.
second-factor-enabled-subject = Two-step sign-in is on
second-factor-enabled-heading = Two-step sign-in is on
second-factor-enabled-reason = Since { $moment } the account “{ $username }” asks for a code at every sign-in.
second-factor-disabled-subject = Two-step sign-in is off
second-factor-disabled-heading = Two-step sign-in is off
second-factor-disabled-reason = Since { $moment } the account “{ $username }” no longer asks for a code at sign-in.
sign-in-stopped-subject = Somebody is guessing your password
sign-in-stopped-heading = A hundred wrong passwords in a row
sign-in-stopped-reason = By { $moment }, a hundred wrong passwords in a row had been given for the account “{ $username }”, the last one from { $origin }. No more are looked at from there. Your password was not found.
sign-in-stopped-next = A device that you used before still signs in, and lets others sign in again. To sign in on a new one before that, ask for a new password.
sign-in-unfinished-subject = Somebody knows your password
sign-in-unfinished-heading = Somebody gave your password, and no code
sign-in-unfinished-reason = By { $moment } a device had given the right password for the account “{ $username }”, and no right code for 15 minutes. So it was not signed in. It calls itself “{ $device }” ({ $system }) and came from { $origin }.
sign-in-unfinished-nameless = By { $moment } a device had given the right password for the account “{ $username }”, and no right code for 15 minutes. So it was not signed in. It does not say what it is called ({ $system }) and came from { $origin }.
second-factor-locked-subject = Ten wrong codes were tried for your account
second-factor-locked-heading = Ten wrong codes in a row
second-factor-locked-reason = By { $moment }, ten wrong codes in a row had been given for the account “{ $username }”, the last one from { $origin }. For 15 minutes from then no code is taken.
second-factor-locked-next = If it was not you, somebody knows your password: change it now.
recovery-code-used-subject = A recovery code was used
recovery-code-used-heading = A recovery code was used
recovery-code-used-reason = On { $moment } a recovery code took the place of the authenticator app for the account “{ $username }”. It does not work again.
recovery-codes-replaced-subject = You have new recovery codes
recovery-codes-replaced-heading = New recovery codes
recovery-codes-replaced-reason = On { $moment } new recovery codes were made for the account “{ $username }”. The older ones no longer work.
administrator-granted-subject = You administer this server now
administrator-granted-heading = You are an administrator
administrator-granted-reason = Since { $moment } the account “{ $username }” may help other people on { $host } with their accounts.
administrator-granted-effect = In Latchkey there is a group Administration in the sidebar. It asks for your password each time and stays open for ten minutes. Whoever runs the server has decided this; nobody else can.
administrator-revoked-subject = You no longer administer this server
administrator-revoked-heading = You are no longer an administrator
administrator-revoked-reason = Since { $moment } the account “{ $username }” no longer administers { $host }. Your own account stays as it is.
administrator-revoked-next = If that is a mistake, ask whoever runs the server.
password-reset-started-subject = Choose a new password
password-reset-started-heading = Choose a new password
password-reset-started-reason = The administrator “{ $administrator }” of { $host } started a password reset for your account “{ $username }”. Follow the link and choose a new password. Only you will know it: administrators can neither set nor see it.
password-reset-started-not-wanted = If you did not ask for this, do nothing: your password stays as it is. You can ask “{ $administrator }” what it was about, but never tell anybody your password or this link.
second-factor-reset-subject = Two-step sign-in was turned off by an administrator
second-factor-reset-heading = Two-step sign-in was turned off
second-factor-reset-reason = On { $moment } the administrator “{ $administrator }” turned two-step sign-in off for your account “{ $username }”. Your recovery codes no longer work, and all your devices were signed out.
second-factor-reset-next = What to do next: sign in with your password and set two-step sign-in up again.
sessions-ended-subject = An administrator signed all your devices out
sessions-ended-heading = All your devices were signed out
sessions-ended-reason = On { $moment } the administrator “{ $administrator }” signed out all devices of your account “{ $username }”.
sessions-ended-next = What to do next: sign in again where you need it. Your password is the same as before.
by-administrator-not-wanted = If you did not expect this, ask “{ $administrator }”. Nobody needs your password to help you: do not tell it to anybody.
passkey-added-subject = A passkey was added to your account
passkey-added-heading = A passkey was added
passkey-added-reason = The passkey “{ $device }” was added to the account “{ $username }” on { $moment }. It can take the place of the code when somebody signs in with your password.
passkey-added-nameless = A passkey without a name was added to the account “{ $username }” on { $moment }. It can take the place of the code when somebody signs in with your password.
passkey-removed-subject = A passkey was removed from your account
passkey-removed-heading = A passkey was removed
passkey-removed-reason = The passkey “{ $device }” was removed from the account “{ $username }” on { $moment }.
passkey-removed-nameless = A passkey without a name was removed from the account “{ $username }” on { $moment }.
passkey-refused-subject = A passkey of your account was refused
passkey-refused-heading = A passkey was refused
passkey-refused-reason = On { $moment } somebody at { $origin } used the passkey “{ $device }” of the account “{ $username }”. It was refused, because it seems to be a copy.
passkey-refused-nameless = On { $moment } somebody at { $origin } used a passkey without a name of the account “{ $username }”. It was refused, because it seems to be a copy.
passkey-refused-next = Open Latchkey, remove this passkey under Two-step sign-in, and add it anew. If it was not you who used it, change your password as well.

mail-not-you = If this wasn’t you, someone else is in your account. Press “It wasn’t me” in the mail to your primary address, or in Latchkey under Activity: all other devices are signed out, and whatever they may have added is suspended until you review it.
mail-new-password = Ask for a new password

## Pages

page-product = Latchkey

page-confirm-title = Confirm your e-mail address
page-confirm-explanation = Press the button to confirm that the address this link was sent to is yours. Opening this page has changed nothing yet.
page-confirm-button = Confirm this address
page-confirm-app = Open in the Latchkey app instead

page-confirmed-title = Address confirmed
page-confirmed-explanation = { $address } is confirmed.
page-confirmed-next = You can close this page. Latchkey already knows.

page-already-title = Already confirmed
page-already-explanation = This link was opened before and has done its work. There is nothing left to do.
page-spent-title = This link no longer works
page-spent-explanation = It was used before, a newer link replaced it, or it is older than 24 hours. Nothing has changed.
page-spent-next = If the address is still waiting: open Latchkey, go to Contacts and choose “Send link again” beside it. Then use the link in the newest mail.

page-elsewhere-title = This address belongs to another account
page-elsewhere-explanation = Somebody with access to this mailbox has confirmed the address for another account. Nothing has changed.
page-elsewhere-next = If both accounts are yours: remove the address from the other one, then ask for a new link.

page-change-title = Confirm the change of address
page-change-explanation = Press the button to agree, for the address this link was sent to, to the change of the account’s primary address. Opening this page has changed nothing yet.
page-change-button = Confirm the change
page-changed-title = Address changed
page-changed-explanation = { $address } is your primary address now.
page-change-waits-title = Confirmed
page-change-waits-explanation = The change to { $address } now waits for the other address, which got a link as well.
page-change-spent-explanation = It was used before, the change was stopped or replaced by a newer one, or the link is older than 24 hours. Nothing has changed.
page-change-spent-next = If you still want the change: open Latchkey, go to Contacts and ask for it again.
page-undo-title = Was this change of address not yours?
page-undo-explanation = The button stops the change or takes it back: the address this link was sent to is the primary address again, and your account is secured. All devices are signed out, and other addresses, passkeys and recovery codes are suspended until you review them. Opening this page has changed nothing yet.
page-undo-button = It wasn’t me
page-undone-title = The change was taken back
page-undone-explanation = { $address } is the primary address of the account “{ $username }”, and the account is secured.
page-undone-next = Whoever asked for the change may know your password. Choose a new one now.
page-undone-reset = Choose a new password
page-undo-spent-explanation = It was used before, or the change is more than 30 days old. Nothing has changed.
page-undo-spent-next = If somebody else is in your account: set a new password, and tell whoever runs this server.

page-lock-title = It wasn’t you?
page-lock-explanation = Opening this page has changed nothing yet. If you press the button, this happens:
page-lock-device = “{ $device }” is signed out, and your password can no longer be used on new devices until you change it. Nothing else is touched: that device could change nothing that matters.
page-lock-account = Your account is secured. Nothing is deleted, and you review everything afterwards.
page-lock-devices = Signed out: { $names }.
page-lock-addresses = Suspended addresses: { $names }.
page-lock-passkeys = Suspended passkeys: { $count }.
page-lock-rest = Recovery codes and two-step sign-in younger than 30 days are suspended too, and your password can no longer be used on new devices until you change it.
page-lock-button = It wasn’t me

page-locked-device-title = The device is signed out
page-locked-device-explanation = “{ $device }” no longer has access to your account.
page-locked-title = Your account is secured
page-locked-explanation = All devices are signed out, and whatever someone else may have added is suspended.
page-locked-next = Now choose a new password. Then sign in to Latchkey and review what is suspended.

page-lock-spent-explanation = It was used before, or is older than 30 days. Nothing has changed.
page-lock-spent-next = In Latchkey, under Activity, you can say of each entry that it wasn’t you. If you can’t sign in, ask for a new password.

page-approve-title = Approve your new device
page-approve-explanation = Open this page on the device that asked for the link, and continue in the app. If you are reading on another device, copy the address of this page and paste it into Latchkey on the new one.
page-approve-app = Approve in the Latchkey app

page-later-title = Not possible at the moment
page-later-explanation = The server couldn’t do this just now. Nothing has changed, and the link still works.
page-later-next = Wait a moment, go back and press the button again.

page-forgot-title = Forgotten your password?
page-forgot-explanation = A link for a new password can be mailed to you. Say which account it is for.
page-forgot-login = Username or e-mail
page-forgot-button = Send link
page-forgot-sent-title = Check your e-mail
page-forgot-sent-explanation = If there is an account with this name and a confirmed e-mail address, a link is on its way. It works for 10 minutes after it was sent, and a newer one replaces it. This page says the same for every name, so that nobody can find out who has an account.
page-forgot-sent-help = Nothing after a few minutes? Look in your spam folder. Check that you entered the name or address of your account, without typos. Then ask once more; after three e-mails there is one an hour. If nothing comes then, ask whoever runs { $host }.
page-forgot-again = Ask for another link

page-reset-title = Choose a new password
page-reset-explanation = All devices are signed out with it, and you sign in with the new password.
page-reset-username = Username
page-reset-username-hint = Optional. For your password manager, so that it saves the new password with the right account.
page-reset-password = New password
page-reset-repeat = Password again
page-reset-code = Code from your authenticator app
page-reset-code-hint = The six digits it shows now, or one of your recovery codes.
page-reset-passkey = Use a passkey instead of the code
page-reset-button = Set password
page-reset-app = Open in the Latchkey app instead
page-reset-done-title = Your new password is set
page-reset-done-explanation = All devices were signed out. Open Latchkey and sign in with the new password.
page-reset-done-app = Open Latchkey and sign in
page-reset-spent-title = This link no longer works
page-reset-spent-explanation = It was used before, a newer link replaced it, it is older than 10 minutes, or the password was changed in the meantime. You can ask for a new link.

page-rule-length = At least { $minimum } characters.
page-rule-second-factor = With two-step sign-in on, { $minimum } are enough.
page-rule-maximum = At most { $maximum }.
page-rule-classes = Upper-case and lower-case letters, a digit and another character.
page-field-required = This is needed.
page-field-too-short = This is too short.
page-field-too-long = This is too long. Nothing was cut off or set; please shorten it.
page-field-too-common = This password is easy to guess. Add a few more words.
page-field-context = This password is built on your own name, username or e-mail, or on the name of this server. Choose other words.
page-field-classes = Use at least one upper-case letter, one lower-case letter, one digit and one other character.
page-field-characters = Leave out characters that are hidden or change the order of others.
page-field-different = The two passwords differ. Type the same one twice.
page-field-code-needed = Two-step sign-in is on for this account, so a code is needed as well. Type the new password once more, too.
page-field-wrong-code = This code does not fit. Take the one that your authenticator app shows now; each works once.

page-add-passkey-title = Add a passkey
page-add-passkey-explanation = The passkey is for the account “{ $username }” on { $host }. You asked for this page in Latchkey on “{ $device }”.
page-add-passkey-choice = Your browser will ask where to keep it: in this computer, in a phone, or in a USB key.
page-add-passkey-name = Name of the passkey
page-add-passkey-name-hint = So that you know it again, like “Blue USB key” or “This computer”.
page-add-passkey-button = Add the passkey
page-add-passkey-spent-explanation = It was used before, a newer page replaced it, it is older than 10 minutes, or the device that asked for it was signed out. No passkey was added. You can ask for a new page in Latchkey, under Two-step sign-in.
page-add-passkey-refused-title = The passkey was not added
page-add-passkey-refused-explanation = Two-step sign-in is off, there are ten passkeys already, or this one was added before. Nothing has changed.
page-passkey-added-title = The passkey is added
page-passkey-added-explanation = From now on “{ $name }” can take the place of the code when you sign in.
page-passkey-added-next = You can close this page. Latchkey already knows.
page-use-passkey-title = Sign in with a passkey?
page-use-passkey-explanation = The device “{ $device }” at { $origin } gave the right password for the account “{ $username }” on { $host }, and wants to sign in.
page-use-passkey-warning = Go on only if you have just begun to sign in there yourself. If somebody else sent you this page, close it.
page-use-passkey-button = Use my passkey
page-use-passkey-spent-explanation = It was used before, a newer page replaced it, or it is older than 5 minutes. Nobody was signed in. You can begin again in Latchkey.
page-passkey-spent-title = This page no longer works
page-passkey-used-title = Passkey accepted
page-passkey-used-explanation = Latchkey on your device needs this code to go on. Give it to nobody: no person will ever ask you for it.
page-passkey-used-app = Open Latchkey and go on
page-passkey-used-else = If Latchkey does not open, type the code there. It works once, for 5 minutes from when you began.
page-passkey-unsupported = This browser can't use passkeys. Open this page in another one.
page-passkey-cancelled = No passkey was used. It was cancelled, took too long, or no fitting one is here. You can try again.
page-passkey-known = This one holds a passkey for this account already. Choose another.
page-passkey-none = This account has no passkey that can be used here.
page-passkey-spent = This page no longer works. Go back to Latchkey and begin again.
page-passkey-failed = That did not work, and nothing has changed. You can try again.
page-passkey-ready = The passkey is ready. No code is needed.
page-passkey-script = Browsers give passkeys only to pages with a script. Please allow scripts for this page, and load it again.

page-too-many-title = Too many tries
page-too-many-explanation = This was tried too often. Wait { $minutes } min, then try again. Nothing has changed.

page-home-title = Latchkey on { $host }
page-home-explanation = This server keeps accounts for Latchkey, the app for your account: profile, password, devices and mail, on your desktop.
page-home-app = To use it, you need the Latchkey app for Windows, macOS or Linux. Whoever runs { $host } has it for you.
page-home-connect = In the app, choose “Connect to a server” and type this address:
page-home-open = Open Latchkey
page-home-forgotten = Forgotten your password?

page-missing-title = There is no such page
page-missing-explanation = The link may have been cut off. Copy all of it from the mail, or open Latchkey.
page-foreign-title = This came from another website
page-foreign-explanation = Nothing was done. Open the page itself, by the link in your mail or the address of this server, and try again there.
