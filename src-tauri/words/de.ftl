# Das Symbol in der Leiste, Mitteilungen und Dialoge. Die Wörter des Fensters stehen in ui/words.
tray-open = Latchkey öffnen
tray-devices = Geräte
tray-sign-out = Abmelden
tray-quit = Beenden
tray-signed-out = Nicht angemeldet
tray-up-to-date = Aktuell
tray-polling = Aktuell, ohne dauernde Verbindung
tray-syncing = Wird abgeglichen
tray-offline = Offline
tray-offline-waiting = { $changes ->
    [one] Offline, 1 Änderung wartet
   *[other] Offline, { $changes } Änderungen warten
}
tray-needs-answer = Ihre Entscheidung fehlt
tray-server-trouble = Serverfehler
tray-untrusted-certificate = Verbindung nicht vertraulich
tray-proxy-sign-in = Proxy verlangt eine Anmeldung
tray-something-else = Falscher Server
tray-not-saved = Kann nichts speichern
new-device-title = Ein neues Gerät hat sich angemeldet
new-device-body = { $device } hat sich bei Ihrem Konto angemeldet. Wenn Sie das nicht waren, sagen Sie es unter Geräte.
new-device-question = { $device } hat sich von { $address } aus bei Ihrem Konto angemeldet. Waren Sie das?
new-device-was-me = Das war ich
new-device-was-not-me = Das war ich nicht
new-device-answered-title = Das Gerät ist abgemeldet
new-device-answered-body = Jemand hat Ihr Passwort. Wählen Sie jetzt ein neues.
new-device-unanswered-title = Ihre Antwort ist nicht angekommen
new-device-unanswered-body = Antworten Sie unter Geräte, sobald es eine Verbindung gibt.
new-device-over-title = Zu diesem Gerät gibt es nichts zu entscheiden
new-device-over-body = Es wurde freigegeben oder ist abgemeldet. Unter Geräte sehen Sie, wer angemeldet ist.
recovery-codes-file = Latchkey Wiederherstellungscodes
recovery-codes-heading = Wiederherstellungscodes von Latchkey für die Anmeldung in zwei Schritten
recovery-codes-account = Konto: { $username }
recovery-codes-server = Server: { $server }
recovery-codes-this-computer = auf dem Computer { $computer }
recovery-codes-made = Erstellt am { $date }
recovery-codes-note = Jeder Code gilt einmal, anstelle eines Codes aus Ihrer Authenticator-App. Bewahren Sie die Codes so auf, dass nur Sie sie finden.
activity-file = Latchkey Aktivität
window-ends-title = Das Fenster von Latchkey fällt immer wieder aus
window-ends-body = Es ist dreimal innerhalb einer Minute stehen geblieben. Ihre Daten und Änderungen sind sicher. Näheres steht im Protokoll; es enthält keine Geheimnisse.
window-ends-show-log = Protokoll zeigen
window-ends-retry = Erneut versuchen
