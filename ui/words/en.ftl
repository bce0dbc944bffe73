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
age-stamp = As of { $ago }

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
account-button = Account
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
sign-out-loses = { $count ->
    [one] One change made here has not been sent yet. It will be lost.
   *[other] { $count } changes made here have not been sent yet. They will be lost.
}
sign-out-done = You are signed out. Everything stored on this device for the account was destroyed.

## Sync
sync-title = Sync
sync-details = Sync
sync-up-to-date = Up to date
sync-syncing = Syncing
sync-syncing-percent = Syncing { $percent } %
sync-offline = Offline
sync-needs-answer = Needs your answer
sync-server-trouble = Server trouble
sync-waiting = { $count ->
    [one] { $count } change waiting
   *[other] { $count } changes waiting
}
sync-words-up_to_date = What you see is current, and everything you changed has arrived.
sync-words-syncing = Changes are on their way.
sync-words-offline = There is no connection to the server. What you change is kept here and sent by itself later.
sync-words-needs_answer = The same thing was changed here and on another device. Choose which one is right.
sync-words-server_trouble = The server answers with faults. Nothing is lost; it is tried again by itself.
sync-age = Last current { $ago }
sync-never = Not fetched yet
sync-now = Try now

## Failures
failure-invalid_fields = Something in the form needs mending.
failure-invalid_address = That is not the address of a server. It looks like accounts.example.org.
failure-not_https = The connection would not be private. Use an address that starts with https://.
failure-unreachable = The server can’t be reached. This needs a connection; nothing was changed.
failure-untrusted_certificate = The connection is not private: the server’s certificate can’t be trusted. Ask whoever runs it.
failure-not_latchkey = Something answers at that address, but it is no Latchkey server. Check the address.
failure-nonsense = The server gave an answer that makes no sense. Nothing was changed here.
failure-sign_in_refused = Wrong name or password, or the account can’t sign in.
failure-clock_wrong = This computer’s clock differs from the server’s by more than five minutes. Set the clock, then try again.
failure-too_many_attempts = Too many tries. Wait a moment, then try again.
failure-busy = The server has too much to do. Try again in a moment.
failure-server_fault = The server had a fault. Nothing was changed; try again later.
failure-link_spent = This link was used, replaced, or is too old. Ask for a new one.
failure-not_found = That is not there any more.
failure-not_allowed_now = That can’t be done at the moment.
failure-signed_out = This device is signed out.
failure-keyring_unavailable = Your system’s keyring does not give out or keep the key.
failure-disk_full = The disk is full. Make some space, then try again. What was there before is kept.
failure-read_only = Latchkey can’t write into its folder. Nothing was changed.
failure-folder_in_use = Another copy of Latchkey is using the same data.
failure-internal = Something went wrong in Latchkey. It is written in its log; nothing was changed.
wait-too_many_attempts = Too many tries. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
wait-busy = The server has too much to do. { $seconds ->
    [one] Try again in one second.
   *[other] Try again in { $seconds } seconds.
}
try-again-in = You can try again in { $time }.
try-again-now = You can try again now.

## Refused fields
field-required = This is needed.
field-too_short = This is too short.
field-too_long = This is too long. Nothing was cut off; please shorten it.
field-invalid_characters = There is a character in it that can’t be used here.
field-invalid_shape = It starts or ends with a character that can’t be there.
field-not_an_email_address = This is not an e-mail address. It looks like anna@example.org.
field-taken = Somebody has this already. Please choose another.
field-already_yours = This address is in your list already.
field-not_a_choice = Please choose one from the list.
field-too_common = This password is easy to guess. Add a few more words.
field-contains_context = This password is built on your own name, username or e-mail. Choose other words.
field-no_upper_case = Add an upper-case letter.
field-no_lower_case = Add a lower-case letter.
field-no_digit = Add a digit.
field-no_special = Add a character that is neither letter nor digit.
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
repeat-required = Type the same password again.
time-zone-not-a-choice = This is not a time zone. Please choose one from the list.

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
password-hide = Hide password
stay-signed-in = Stay signed in on this device
stay-signed-in-hint = The key is kept in your system’s keyring.
stay-signed-in-not = You are signed out when Latchkey is closed, and what is stored here is destroyed.
no-account = No account yet?
create-one = Create one
use-another-server = Use another server
keyring-hint = Untick “Stay signed in on this device” to sign in without it, until Latchkey is closed.
ended-title = This device was signed out
ended-by-device = by { $device }, { $at }.
ended-by-other = by another of your devices, { $at }.
ended-expired = because the sign-in had grown too old, { $at }.
ended-signed-out = on this device itself, { $at }.
ended-destroyed = Everything stored here for the account was destroyed.
ended-lost = { $count ->
    [one] One change made here had not been sent yet and is gone.
   *[other] { $count } changes made here had not been sent yet and are gone.
}
ended-receipt-waits = The server will be told so as soon as it can be reached.

## Creating an account
create-account-title = Create an account
create-account = Create account
account-created = Your account is ready, and you are signed in.
display-name = Name
display-name-hint = How you want to be called
email = E-mail
email-hint = You will get a link there to confirm it.
username = Username
username-hint = For signing in: letters, digits, dots and hyphens
repeat = Password again
strength = Strength of the password
strength-none = A few words that you can remember make a good password.
strength-weak = Weak: it would be guessed quickly.
strength-fair = Fair: it would hold out for a while.
strength-good = Good: guessing it would take years.
strength-strong = Strong: guessing it would take centuries.
password-rules = What the password needs
rule-at-least = { $count ->
    [one] At least one character
   *[other] At least { $count } characters
}
rule-at-most = { $count ->
    [one] At most one character
   *[other] At most { $count } characters
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
keyring-asking = Asking the keyring …
keyring-still = The keyring still does not give out the key.
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
folder-full = The disk is full
folder-words-full = Make some space on the disk.
folder-broken = The folder can’t be used
folder-words-broken = The log of Latchkey says what is wrong with it.

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
damage-words = It was noticed, and everything is being fetched again from the server.
damage-lost = { $count ->
    [0] No change of yours was lost.
    [one] One change that had not been sent yet could not be saved.
   *[other] { $count } changes that had not been sent yet could not be saved.
}
new-devices = { $count ->
    [one] A new device signed in since you last looked
   *[other] { $count } new devices signed in since you last looked
}
new-devices-words = Was it you? If not, sign it out.
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
at-a-glance = At a glance
email-confirmed = confirmed
email-unconfirmed = not confirmed yet
devices-live = { $count } signed in
devices-new = { $count ->
    [0] none new since you last looked
    [one] { $count } new since you last looked
   *[other] { $count } new since you last looked
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
email-resend = Send link again
email-resent = A new link was sent to { $address }. Older ones don’t work any more.
email-link-sent = Link sent { $ago }
email-waits = Waiting for its confirmation
email-confirmed-on = Confirmed { $date }
email-now-primary = { $address } is your primary address now.
email-now-confirmed = { $address } is confirmed.
email-removed = { $address } was removed.
email-remove-title = Remove { $address }?
email-remove-words = You can’t sign in with it any more, and no mail is sent to it.
email-remove-pending = The link that was sent to it will not work any more.
make-primary = Make primary
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
folder-opened = The folder is open.

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
activity-signed_out = { $device } signed out
activity-device_ended = { $subject } was signed out
activity-device_confirmed_ended = { $subject } confirmed that its data is destroyed
activity-device_renamed = A device was named { $subject }
activity-profile_changed = The profile was changed
activity-email_added = { $subject } was added, to be confirmed
activity-email_confirmed = { $subject } was confirmed
activity-email_made_primary = { $subject } became the primary address
activity-email_removed = { $subject } was removed

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
app-language = Language of the app
app-language-hint = Part of your profile: it changes on all your devices.
stay-in-tray = Stay in the tray when the window is closed
stay-in-tray-hint = Latchkey goes on syncing and tells you when somebody signs in.
