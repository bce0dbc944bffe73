# Das Symbol in der Leiste und die Mitteilungen. Die Wörter des Fensters stehen in ui/words.
tray-open = Latchkey öffnen
tray-devices = Geräte
tray-sign-out = Abmelden
tray-quit = Beenden
tray-signed-out = Nicht angemeldet
tray-up-to-date = Auf dem neuesten Stand
tray-syncing = Wird abgeglichen
tray-offline = Offline
tray-offline-waiting = { $changes ->
    [one] Offline, 1 Änderung wartet
   *[other] Offline, { $changes } Änderungen warten
}
tray-needs-answer = Braucht deine Antwort
tray-server-trouble = Der Server hat Probleme
new-device-title = Ein neues Gerät hat sich angemeldet
new-device-body = { $device } hat sich bei deinem Konto angemeldet. Wenn du das nicht warst, melde es unter Geräte ab.
link-refused-title = Dieser Link ging nicht
link-refused-body = Er wurde schon benutzt, durch einen neueren ersetzt oder ist zu alt. Fordere unter Kontakte einen neuen an.
link-unreachable-body = Der Server ist nicht erreichbar. Öffne den Link wieder, sobald er es ist.
