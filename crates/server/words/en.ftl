# What the server writes: mails and browser pages. Each file here has the same messages with the same variables.

moment = { $year }-{ $month }-{ $day }, { $hour }:{ $minute } ({ $zone })

## Mails

mail-greeting = Hello,
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

mail-not-you = If it was not you, somebody else is in your account: open Latchkey, end the devices you do not know under Devices, put the addresses right under Contacts, and tell whoever runs { $host }.

## Pages

page-product = Latchkey

page-confirm-title = Confirm your e-mail address
page-confirm-explanation = Press the button to confirm that the address this link was sent to is yours. Opening this page has changed nothing yet.
page-confirm-button = Confirm this address
page-confirm-app = Open in the Latchkey app instead

page-confirmed-title = Address confirmed
page-confirmed-explanation = { $address } is confirmed.
page-confirmed-next = You can close this page. Latchkey already knows.

page-spent-title = This link no longer works
page-spent-explanation = It was used before, a newer link replaced it, or it is older than 24 hours. Nothing has changed.
page-spent-next = If the address is still waiting: open Latchkey, go to Contacts and choose “Send link again” beside it. Then use the link in the newest mail.

page-elsewhere-title = This address belongs to another account
page-elsewhere-explanation = Somebody with access to this mailbox has confirmed the address for another account. Nothing has changed.
page-elsewhere-next = If both accounts are yours: remove the address from the other one, then ask for a new link.

page-later-title = Not possible at the moment
page-later-explanation = The server could not do it just now. Nothing has changed, and the link still works.
page-later-next = Wait a moment, go back and press the button again.

page-missing-title = There is no such page
page-missing-explanation = The link may have been cut off. Copy all of it from the mail, or open Latchkey.
