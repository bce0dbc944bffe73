# Das Symbol in der Leiste und die Mitteilungen. Die Wörter des Fensters stehen in ui/words.
tray-open = Latchkey öffnen
tray-devices = Geräte
tray-sign-out = Abmelden
tray-quit = Beenden
tray-signed-out = Nicht angemeldet
tray-up-to-date = Aktuell
tray-syncing = Wird abgeglichen
tray-offline = Offline
tray-offline-waiting = { $changes ->
    [one] Offline, 1 Änderung wartet
   *[other] Offline, { $changes } Änderungen warten
}
tray-needs-answer = Ihre Antwort fehlt
tray-server-trouble = Server gestört
new-device-title = Ein neues Gerät hat sich angemeldet
new-device-body = { $device } hat sich bei Ihrem Konto angemeldet. Wenn Sie das nicht waren, melden Sie es unter Geräte ab.
link-refused-title = Dieser Link ging nicht
link-refused-body = Er wurde schon benutzt, durch einen neueren ersetzt oder ist zu alt. Fordern Sie unter Kontakte einen neuen an.
link-unreachable-body = Der Server ist nicht erreichbar. Öffnen Sie den Link wieder, sobald er es ist.
