# What the server writes: mails and browser pages. Each file here has the same messages with the same variables.

moment = { $year }-{ $month }-{ $day }, { $hour }:{ $minute } ({ $zone })

## Mails

mail-greeting = Hello,
mail-done-by = This was done on the device “{ $device }”, from { $origin }.
mail-done-from = This was done from { $origin }.
mail-footer = Latchkey on { $host } sent this e-mail about the account “{ $username }”.

confirm-email-subject = Confirm your e-mail address
confirm-email-heading = Confirm your e-mail address
confirm-email-reason = The address { $address } was added to the account “{ $username }” on { $host }. Please confirm that it is yours.
confirm-email-button = Confirm this address
confirm-email-app = Open in the Latchkey app
confirm-email-validity = The link works once, within 24 hours. A newer e-mail replaces it.
confirm-email-not-you = If you don't know about this, ignore this e-mail. The address is not used unless you confirm it.

address-in-use-subject = Someone tried to add your e-mail address
address-in-use-heading = Someone tried to add your e-mail address
address-in-use-reason = Someone entered { $address } for another account on { $host }. It belongs to your account “{ $username }”, so nothing has changed.
address-in-use-you = If this was you, sign in to “{ $username }”, or remove the address there first.
address-in-use-not-you = If this wasn't you, you don't need to do anything.

email-added-subject = An e-mail address was added to your account
email-added-heading = An e-mail address was added
email-added-reason = { $address } was added to your account “{ $username }” on { $moment }. It is not used until you confirm it.

email-removed-subject = An e-mail address was removed from your account
email-removed-heading = An e-mail address was removed
email-removed-reason = { $address } was removed from your account “{ $username }” on { $moment }.

email-made-primary-subject = Your primary e-mail address has changed
email-made-primary-heading = Your primary e-mail address has changed
email-made-primary-reason = { $address } became the primary address of your account “{ $username }” on { $moment }.

sign-in-alert-subject = New device signed in to your account
sign-in-alert-heading = Was this you?
sign-in-alert-reason = A device that was never here before signed in to your account “{ $username }” on { $moment }. It calls itself “{ $device }” ({ $system }) and came from { $origin }.
sign-in-alert-nameless = A device that was never here before signed in to your account “{ $username }” on { $moment }. It does not say what it is called ({ $system }) and came from { $origin }.
sign-in-alert-button = Review this sign-in
sign-in-alert-effect = Both answers are on the page behind the link; opening it changes nothing yet. If it was not you, all devices are signed out, and nobody can change your e-mail addresses or two-step sign-in or reset your password until you allow it again.
sign-in-alert-validity = The link works for 7 days, until the question is answered. You can also answer in Latchkey on a device you used before.

account-frozen-subject = Your account is frozen
account-frozen-heading = Your account is frozen
account-frozen-reason = On { $moment } you said that the sign-in on “{ $device }” to your account “{ $username }” wasn't you.
account-frozen-nameless = On { $moment } you said that the sign-in on a device without a name to your account “{ $username }” wasn't you.
account-frozen-effect = What that device changed is undone: password, username, e-mail addresses, two-step sign-in, passkeys. Recovery codes that it had made no longer work. The other devices were signed out. The e-mail addresses and two-step sign-in can't be changed and the password can't be reset for now.
account-frozen-next = What to do next: open Latchkey on a device you used before, sign in, choose a new password, and then lift the freeze. If it was not you who said so, you can lift it in the same way.

freeze-lifted-subject = Your account is no longer frozen
freeze-lifted-heading = Your account is no longer frozen
freeze-lifted-reason = The freeze of your account “{ $username }” was lifted on { $moment }, on the device “{ $device }”.
freeze-lifted-nameless = The freeze of your account “{ $username }” was lifted on { $moment }, on a device without a name.
freeze-lifted-by-operator-reason = The operator of { $host } lifted the freeze of your account “{ $username }” on { $moment }.
freeze-lifted-by-operator-next = Request a new password now, on the sign-in screen. If you didn't ask for the freeze to be lifted, tell the operator of { $host }.

reset-password-subject = Choose a new password
reset-password-heading = Choose a new password
reset-password-reason = Someone asked to choose a new password for the account “{ $username }” on { $host }. If this was you, use the link.
reset-password-button = Choose a new password
reset-password-app = Open in the Latchkey app
reset-password-validity = The link works once, within 10 minutes of this e-mail being sent. A newer e-mail replaces it.
reset-password-not-you = If this wasn't you, ignore this e-mail: your password stays as it is.

password-changed-subject = Your password has changed
password-changed-heading = Your password has changed
password-changed-reason = The password of your account “{ $username }” was changed on { $moment }.

password-reset-subject = Your password was reset
password-reset-heading = Your password was reset
password-reset-reason = The password of your account “{ $username }” was reset on { $moment } with a link sent by e-mail. All devices were signed out.

confirm-email-change-subject = Confirm your new e-mail address
confirm-email-change-heading = Confirm your new e-mail address
confirm-email-change-reason = The account “{ $username }” on { $host } wants to use { $address } as its primary address. Please confirm that it is yours.
confirm-email-change-button = Confirm this address
confirm-email-change-app = Open in the Latchkey app
confirm-email-change-validity = The link works once, within 24 hours.
confirm-email-change-not-you = If you don't know about this, ignore this e-mail. Nothing changes unless you confirm it.
approve-email-change-subject = Please approve the change of your e-mail address
approve-email-change-heading = Do you want to change your primary address?
approve-email-change-reason = The account “{ $username }” on { $host } wants to use { $address } as its primary address instead of this one. It changes once both addresses have approved it.
approve-email-change-button = Approve the change
approve-email-change-not-you = If you didn't ask for this, don't approve it. The other e-mail about this has a link that cancels the change.
email-change-requested-subject = A change of your primary e-mail address was requested
email-change-requested-heading = A change of your primary e-mail address was requested
email-change-requested-reason = On { $moment }, a change of the primary address of the account “{ $username }” to { $address } was requested.
email-change-requested-effect = If this was you, you don't need to do anything. If it wasn't, cancel the change with the link, which works until 7 days after the change. This address then stays the primary one, all devices are signed out, and you choose a new password.
email-change-requested-button = Cancel the change
email-change-completed-subject = Your primary e-mail address has changed
email-change-completed-heading = Your primary e-mail address has changed
email-change-completed-reason = { $address } became the primary address of the account “{ $username }” on { $moment }.
email-change-completed-effect = If this wasn't you, undo it within 7 days: this address becomes the primary one again, every address added since is removed, all devices are signed out, and you choose a new password.
email-change-completed-button = Undo the change
email-change-undone-subject = The change of your e-mail address was undone
email-change-undone-heading = The change of your e-mail address was undone
email-change-undone-reason = On { $moment } the change of the primary address of the account “{ $username }” was undone. { $address } is the primary address again, and all devices were signed out.
email-change-undone-next = The person who changed it may know your password. Choose a new one before you sign in again.
username-changed-subject = Your username has changed
username-changed-heading = Your username has changed
username-changed-reason = On { $moment } the username of your account on { $host } was changed to “{ $username }”. Sign in with it from now on.
username-changed-dots = In e-mails, a dot in a username appears as a space so that mail programs don't turn it into a link.
second-factor-enabled-subject = Two-step sign-in is on
second-factor-enabled-heading = Two-step sign-in is on
second-factor-enabled-reason = Two-step sign-in was turned on for the account “{ $username }” on { $moment }. You now need a code at every sign-in.
second-factor-disabled-subject = Two-step sign-in is off
second-factor-disabled-heading = Two-step sign-in is off
second-factor-disabled-reason = Two-step sign-in was turned off for the account “{ $username }” on { $moment }. You no longer need a code to sign in.
sign-in-stopped-subject = Someone is guessing your password
sign-in-stopped-heading = Sign-in is blocked on new devices
sign-in-stopped-reason = By { $moment }, someone had entered a hundred wrong passwords in a row for the account “{ $username }”, the last one from { $origin }. They didn't find your password.
sign-in-stopped-next = You can still sign in on a device you've used before; that also lifts the block for others. To sign in on a new device now, choose a new password.
sign-in-unfinished-subject = Someone knows your password
sign-in-unfinished-heading = Someone has your password
sign-in-unfinished-reason = By { $moment }, someone had entered the right password for the account “{ $username }” but no right code for 15 minutes, so they didn't get in. Device name: “{ $device }” ({ $system }), connecting from { $origin }.
sign-in-unfinished-nameless = By { $moment }, someone had entered the right password for the account “{ $username }” but no right code for 15 minutes, so they didn't get in. The device has no name ({ $system }) and connected from { $origin }.
second-factor-locked-subject = Someone entered ten wrong codes for your account
second-factor-locked-heading = Codes are blocked for 15 minutes
second-factor-locked-reason = By { $moment }, someone had entered ten wrong codes in a row for the account “{ $username }”, the last one from { $origin }. The server accepts no codes for 15 minutes after that.
second-factor-locked-next = If this wasn't you, someone knows your password: change it now.
recovery-code-used-subject = A recovery code was used
recovery-code-used-heading = A recovery code was used
recovery-code-used-reason = On { $moment } a recovery code was used instead of the authenticator app for the account “{ $username }”. It won't work again.
recovery-codes-replaced-subject = You have new recovery codes
recovery-codes-replaced-heading = You have new recovery codes
recovery-codes-replaced-reason = On { $moment } new recovery codes were created for the account “{ $username }”. The old ones no longer work.
administrator-granted-subject = You are now an administrator of this server
administrator-granted-heading = You are now an administrator
administrator-granted-reason = The operator of { $host } made the account “{ $username }” an administrator on { $moment }. You can now help other people with their accounts.
administrator-granted-effect = In Latchkey, open Administration in the sidebar. It asks for your password and stays open for ten minutes.
administrator-revoked-subject = You are no longer an administrator of this server
administrator-revoked-heading = You are no longer an administrator
administrator-revoked-reason = On { $moment } the operator of { $host } removed the administrator role from the account “{ $username }”. Your own account stays as it is.
administrator-revoked-next = If this is a mistake, ask the operator of the server.
password-reset-started-subject = Choose a new password
password-reset-started-heading = Choose a new password
password-reset-started-reason = The administrator “{ $administrator }” of { $host } started a password reset for your account “{ $username }”. Use the link to choose a new password. Only you will know it: administrators can neither set nor see it.
password-reset-started-not-wanted = If you didn't ask for this, ignore this e-mail: your password stays as it is. You can ask “{ $administrator }” about it, but never give anyone your password or this link.
second-factor-reset-subject = An administrator turned off your two-step sign-in
second-factor-reset-heading = Two-step sign-in was turned off
second-factor-reset-reason = On { $moment } the administrator “{ $administrator }” turned off two-step sign-in for your account “{ $username }”. Your recovery codes no longer work, and all your devices were signed out.
second-factor-reset-next = What to do next: sign in with your password and set up two-step sign-in again.
sessions-ended-subject = An administrator signed out all your devices
sessions-ended-heading = All your devices were signed out
sessions-ended-reason = On { $moment } the administrator “{ $administrator }” signed out all devices of your account “{ $username }”.
sessions-ended-next = What to do next: sign in again where you need to. Your password is unchanged.
by-administrator-not-wanted = If you didn't expect this, ask “{ $administrator }”. Nobody needs your password to help you: don't tell anyone.
passkey-added-subject = A passkey was added to your account
passkey-added-heading = A passkey was added
passkey-added-reason = The passkey “{ $device }” was added to the account “{ $username }” on { $moment }. It can replace the code when someone signs in with your password.
passkey-added-nameless = A passkey without a name was added to the account “{ $username }” on { $moment }. It can replace the code when someone signs in with your password.
passkey-removed-subject = A passkey was removed from your account
passkey-removed-heading = A passkey was removed
passkey-removed-reason = The passkey “{ $device }” was removed from the account “{ $username }” on { $moment }.
passkey-removed-nameless = A passkey without a name was removed from the account “{ $username }” on { $moment }.
passkey-refused-subject = A passkey of your account was rejected
passkey-refused-heading = A passkey was rejected
passkey-refused-reason = On { $moment } someone at { $origin } used the passkey “{ $device }” of the account “{ $username }”. The server rejected it because it seems to be a copy.
passkey-refused-nameless = On { $moment } someone at { $origin } used a passkey without a name of the account “{ $username }”. The server rejected it because it seems to be a copy.
passkey-refused-next = Open Latchkey, remove this passkey under Two-step sign-in, and add it again. If you didn't use it yourself, change your password too.

mail-not-you = If this wasn't you, someone else is in your account. Open Latchkey: under Devices, sign out those you don't know; under Contacts, check your addresses. Then tell the operator of { $host }. If you can't sign in any more, choose a new password with the link on the sign-in screen.
mail-new-password = Choose a new password

## Pages

page-product = Latchkey

page-confirm-title = Confirm your address
page-confirm-explanation = Press the button to confirm that you own the address this link was sent to. Nothing has changed yet.
page-confirm-button = Confirm this address
page-confirm-app = Open in the Latchkey app instead

page-confirmed-title = Address confirmed
page-confirmed-explanation = { $address } is confirmed.
page-confirmed-next = You can close this page. Latchkey is already up to date.

page-already-title = Already confirmed
page-already-explanation = You have already used this link. There is nothing left to do.
page-spent-title = This link no longer works
page-spent-explanation = It was used before, a newer link replaced it, or it has expired after 24 hours. Nothing has changed.
page-spent-next = If the address still waits for confirmation, open Latchkey, go to Contacts and choose “Send link again” beside it. Then use the link in the newest e-mail.

page-elsewhere-title = This address belongs to another account
page-elsewhere-explanation = Someone with access to this mailbox has confirmed the address for another account. Nothing has changed.
page-elsewhere-next = If both accounts are yours, remove the address from the other one, then ask for a new link.

page-change-title = Approve the change of address
page-change-explanation = Press the button to approve the change of your account's primary address. Nothing has changed yet.
page-change-button = Approve the change
page-changed-title = Address changed
page-changed-explanation = { $address } is your primary address now.
page-change-waits-title = Approved
page-change-waits-explanation = The change to { $address } still needs the approval of the other address. A link was sent there, too.
page-change-spent-explanation = It was used before, the change was cancelled or replaced by a newer one, or the link has expired after 24 hours. Nothing has changed.
page-change-spent-next = If you still want the change, open Latchkey, go to Contacts and request it again.
page-undo-title = Wasn't this change of address yours?
page-undo-explanation = The button cancels or undoes the change: the address this link was sent to is the primary address again, every address added since is removed, and all devices are signed out. Nothing has changed yet.
page-undo-button = It wasn't me: undo it
page-undone-title = The change is undone
page-undone-explanation = { $address } is the primary address of the account “{ $username }”, and all devices are signed out.
page-undone-next = The person who requested the change may know your password. Choose a new one now.
page-undone-reset = Choose a new password
page-undo-spent-explanation = It was used before, or it expired 7 days after the change. Nothing has changed.
page-undo-spent-next = If someone else is in your account, choose a new password and tell the operator of this server.

page-later-title = Not possible at the moment
page-later-explanation = The server couldn't do this. Nothing has changed, and the link still works.
page-later-next = Wait a moment, go back and press the button again.

page-frozen-title = Your account is frozen
page-frozen-explanation = The owner of this account said of a sign-in that it wasn't them. Until the freeze is lifted, this isn't possible. Nothing has changed.
page-frozen-next = Open Latchkey on a device you used before, sign in, and lift the freeze there.

page-alert-title = Was this sign-in yours?
page-alert-explanation = A device that was never here before signed in to your account. The mail says which one, when and from where. Opening this page has changed nothing yet.
page-alert-effect = If it was not you, all devices are signed out, and nobody can change your e-mail addresses or two-step sign-in or reset your password until you allow it again on a device you used before.
page-alert-mine = It was me
page-alert-not-mine = It was not me

page-alert-confirmed-title = Thank you
page-alert-confirmed-explanation = The sign-in on “{ $device }” was yours. There is nothing else to do.

page-alert-disowned-title = Your account is frozen
page-alert-disowned-explanation = “{ $device }” and all other devices were signed out. E-mail addresses, two-step sign-in and password resets are locked.
page-alert-disowned-next = Next: open Latchkey on a device you used before and sign in, choose a new password, and then lift the freeze.

page-alert-spent-title = This link no longer works
page-alert-spent-explanation = The question was answered, a newer link replaced this one, or it is older than 7 days. Nothing has changed.
page-alert-spent-next = In Latchkey you see under Devices who is signed in, and can sign out every device that is not yours.

page-forgot-title = Forgotten your password?
page-forgot-explanation = You'll get a link to choose a new password. Which account is it for?
page-forgot-login = Username or e-mail
page-forgot-button = Send link
page-forgot-sent-title = Check your e-mail
page-forgot-sent-explanation = If there is an account with this name and a confirmed e-mail address, a link is on its way. It works for 10 minutes after it was sent, and a newer one replaces it. This page says the same for every name, so that nobody can find out who has an account.
page-forgot-sent-help = Nothing after a few minutes? Check your spam folder, and check that you entered the name or address of your account without typos. Then ask once more; after three e-mails, you can ask for one an hour. If nothing arrives, ask the operator of { $host }.
page-forgot-again = Ask for another link

page-reset-title = Choose a new password
page-reset-explanation = This signs out all devices. Then sign in with the new password.
page-reset-username = Username
page-reset-username-hint = Optional. It helps your password manager save the new password for the right account.
page-reset-password = New password
page-reset-repeat = Password again
page-reset-code = Code from your authenticator app
page-reset-code-hint = The six digits it shows now, or one of your recovery codes.
page-reset-passkey = Use a passkey instead of the code
page-reset-button = Set password
page-reset-app = Open in the Latchkey app instead
page-reset-done-title = Your password has been changed
page-reset-done-explanation = All devices were signed out. Open Latchkey and sign in with the new password.
page-reset-done-app = Open Latchkey and sign in
page-reset-spent-title = This link no longer works
page-reset-spent-explanation = It was used before, a newer link replaced it, it has expired after 10 minutes, or the password was changed in the meantime. You can ask for a new link.

page-rule-length = At least { $minimum } characters.
page-rule-second-factor = With two-step sign-in on, { $minimum } are enough.
page-rule-maximum = At most { $maximum }.
page-rule-classes = Upper-case and lower-case letters, a digit and another character.
page-field-required = Required
page-field-too-short = Too short.
page-field-too-long = Too long. Nothing was cut off or changed; shorten it.
page-field-too-common = This password is easy to guess. Add a few more words.
page-field-context = This password is too close to your name, username, e-mail address or the name of this server. Choose other words.
page-field-classes = Use at least one upper-case letter, one lower-case letter, one digit and one other character.
page-field-characters = Remove characters that are invisible or change the order of others.
page-field-different = The passwords don't match.
page-field-code-needed = This account has two-step sign-in, so you also need a code. Enter the new password again, too.
page-field-wrong-code = That code isn't right. Enter the one your authenticator app shows now; each code works once.

page-add-passkey-title = Add a passkey
page-add-passkey-explanation = The passkey is for the account “{ $username }” on { $host }. You asked for this page in Latchkey on “{ $device }”.
page-add-passkey-choice = Your browser asks where to keep it: on this computer, a phone or a USB key.
page-add-passkey-name = Passkey name
page-add-passkey-name-hint = A name you will recognise, like “Blue USB key” or “This computer”.
page-add-passkey-button = Add the passkey
page-add-passkey-spent-explanation = It was used before, a newer page replaced it, it has expired after 10 minutes, or the device that requested it was signed out. No passkey was added. You can request a new page in Latchkey, under Two-step sign-in.
page-add-passkey-refused-title = The passkey was not added
page-add-passkey-refused-explanation = Two-step sign-in is off, you already have ten passkeys, or this one was added before. Nothing has changed.
page-passkey-added-title = Passkey added
page-passkey-added-explanation = “{ $name }” can now replace the code when you sign in.
page-passkey-added-next = You can close this page. Latchkey is already up to date.
page-use-passkey-title = Sign in with a passkey?
page-use-passkey-explanation = Someone entered the right password for the account “{ $username }” on { $host } and wants to sign in on the device “{ $device }” at { $origin }.
page-use-passkey-warning = Continue only if you have just started to sign in there yourself. If someone sent you this page, close it.
page-use-passkey-button = Use my passkey
page-use-passkey-spent-explanation = It was used before, a newer page replaced it, or it has expired after 5 minutes. Nobody was signed in. You can start again in Latchkey.
page-passkey-spent-title = This page no longer works
page-passkey-used-title = Passkey accepted
page-passkey-used-explanation = Latchkey on your device needs this code to continue. Don't give it to anyone: no person will ever ask you for it.
page-passkey-used-app = Open Latchkey and continue
page-passkey-used-else = If Latchkey doesn't open, enter the code there. It works once, until 5 minutes after you started.
page-passkey-unsupported = This browser can't use passkeys. Open this page in another one.
page-passkey-cancelled = No passkey was used: you cancelled, it took too long, or no matching passkey was found on this device. You can try again.
page-passkey-known = There is already a passkey for this account in that place. Choose another place.
page-passkey-none = This account has no passkey that can be used here.
page-passkey-spent = This page no longer works. Go back to Latchkey and start again.
page-passkey-failed = That didn't work. Nothing has changed; you can try again.
page-passkey-ready = The passkey is ready. You don't need a code.
page-passkey-script = Passkeys need JavaScript. Allow scripts for this page, then reload it.

page-too-many-title = Too many attempts
page-too-many-explanation = Nothing has changed. Try again in { $minutes } min.

page-home-title = Latchkey on { $host }
page-home-explanation = This server keeps accounts for Latchkey, the desktop app for your account: profile, password, devices and e-mails.
page-home-app = To use it, you need the Latchkey app for Windows, macOS or Linux. Ask the operator of { $host } for it.
page-home-connect = In the app, choose “Connect to a server” and enter this address:
page-home-open = Open Latchkey
page-home-forgotten = Forgotten your password?

page-missing-title = Page not found
page-missing-explanation = The link may have been cut off. Copy all of it from the e-mail, or open Latchkey.
page-foreign-title = This request came from another website
page-foreign-explanation = Nothing was done. Open the page with the link in your e-mail or at this server's address, and try again there.
