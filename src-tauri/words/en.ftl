# The tray and notifications. The window's own words are in ui/words.
tray-open = Open Latchkey
tray-devices = Devices
tray-sign-out = Sign out
tray-quit = Quit
tray-signed-out = Not signed in
tray-up-to-date = Up to date
tray-syncing = Syncing
tray-offline = Offline
tray-offline-waiting = { $changes ->
    [one] Offline, 1 change waiting
   *[other] Offline, { $changes } changes waiting
}
tray-needs-answer = Needs your answer
tray-server-trouble = Server trouble
new-device-title = A new device signed in
new-device-body = { $device } signed in to your account. If that was not you, sign it out under Devices.
link-refused-title = This link did not work
link-refused-body = It was used before, replaced by a newer one, or is too old. Ask for a new link under Contacts.
link-unreachable-body = The server can’t be reached. Open the link again once it can.
