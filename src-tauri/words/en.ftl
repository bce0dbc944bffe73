# The tray, notifications and dialogs. The window's own words are in ui/words.
tray-open = Open Latchkey
tray-devices = Devices
tray-sign-out = Sign out
tray-quit = Quit
tray-signed-out = Not signed in
tray-up-to-date = Up to date
tray-polling = Up to date, without a live connection
tray-syncing = Syncing
tray-offline = Offline
tray-offline-waiting = { $changes ->
    [one] Offline, 1 change waiting
   *[other] Offline, { $changes } changes waiting
}
tray-needs-answer = Needs your decision
tray-server-trouble = Server error
tray-untrusted-certificate = Connection not private
tray-proxy-sign-in = Proxy sign-in needed
tray-something-else = Wrong server
tray-not-saved = Can’t save on this device
new-device-title = A new device signed in
new-device-body = { $device } signed in to your account. If that wasn’t you, say so under Devices.
new-device-question = { $device } signed in to your account from { $address }. Was that you?
new-device-was-me = It was me
new-device-was-not-me = It wasn’t me
new-device-answered-title = The device is signed out
new-device-answered-body = Someone has your password. Choose a new one now.
new-device-unanswered-title = Your answer did not arrive
new-device-unanswered-body = Answer under Devices once there is a connection.
new-device-over-title = Nothing to decide about this device
new-device-over-body = It was approved, or is signed out. Devices shows who is signed in.
recovery-codes-file = Latchkey recovery codes
recovery-codes-heading = Latchkey recovery codes for two-step sign-in
recovery-codes-account = Account: { $username }
recovery-codes-server = Server: { $server }
recovery-codes-this-computer = on the computer { $computer }
recovery-codes-made = Created on { $date }
recovery-codes-note = Each code works once, instead of a code from your authenticator app. Keep them where only you can find them.
activity-file = Latchkey activity
window-ends-title = Latchkey’s window keeps failing
window-ends-body = It stopped three times within a minute. Your data and changes are safe. Details are in the log, which contains no secrets.
window-ends-show-log = Show the log
window-ends-retry = Try again
