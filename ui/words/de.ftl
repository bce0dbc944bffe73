### Deutsch. Kurz, klar, höflich („Sie“), ohne Vorwurf.

## Everywhere
window-title = { $screen } – Latchkey
save = Speichern
discard = Verwerfen
cancel = Abbrechen
back = Zurück
add = Hinzufügen
remove = Entfernen
rename = Umbenennen
close = Schließen
actions = Aktionen
more-actions = Mehr für { $of }
understood = Verstanden
details = Einzelheiten
confirm = Bestätigen
answer = Entscheiden
new = neu
try-again = Erneut versuchen
this-computer = Dieser Computer
this-device = Dieses Gerät
another-device = ein anderes Gerät
unknown-device = Ein unbekanntes Gerät
waiting-mark = Noch nicht gesendet
edit-waits = Die Änderung wird gesendet, sobald der Server erreichbar ist.
age-stamp = Stand: { $ago }
on = An
off = Aus
read = Lesen
turn-on = Einschalten
turn-off = Ausschalten
put-back = Verwerfen
edit-again = Erneut bearbeiten
file-saved = Gespeichert als { $name }
file-already-saved = Bereits gespeichert als { $name }
file-folder = Im Ordner
secret-copied = Kopiert. Nach 30 Sekunden wird es aus der Zwischenablage entfernt.

## Times
day-today = heute
day-yesterday = gestern
just-now = gerade eben
moment = { $day } um { $time }

## Frame
main-navigation = Hauptnavigation
group-you = Sie
group-security = Sicherheit
group-history = Verlauf
group-directory = Verzeichnis
administration-title = Verwaltung
administration-leave = Zurück zu meinem Konto
account-button = Konto
account-of = Konto: { $name }, { $server }
conflicts-count = { $count ->
    [one] { $count } Änderung braucht Ihre Entscheidung
   *[other] { $count } Änderungen brauchen Ihre Entscheidung
}
go-anywhere = Überallhin
go-anywhere-keys = Strg K
accounts = Konten auf diesem Computer
account-new = Neues Konto
account-add = Konto hinzufügen …
account-add-title = Konto hinzufügen
account-add-cancel = Kein Konto hinzufügen
account-remove = Aus der Liste entfernen
account-keys = Strg { $number }
account-waiting = { $count ->
    [one] 1 offene Frage
   *[other] { $count } offene Fragen
}
account-others-wait = offene Fragen in einem anderen Konto
account-opening = Wird geöffnet
account-offline = Offline
account-server_away = Server nicht erreichbar
account-not_saved = Kann nichts speichern
account-signed_out = Abgemeldet
account-ended = Von einem anderen Gerät abgemeldet
account-parked = Neu anmelden
account-waiting_for_keyring = Wartet auf den Schlüsselbund
account-folder_unusable = Lässt sich nicht öffnen
link-which-title = Für welches Konto ist dieser Link?
link-which-words = Mehrere Ihrer Konten sind auf dem Server, der ihn geschickt hat.
failure-already_here = Bei diesem Konto sind Sie auf diesem Computer schon angemeldet. Wählen Sie es in der Liste der Konten.
go-anywhere-where = Wohin?
go-anywhere-places = Ziele
go-sync = Jetzt abgleichen
go-anywhere-nothing = Keine Treffer
sign-out = Abmelden
sign-out-title = Auf diesem Gerät abmelden?
sign-out-words = Alles, was auf diesem Gerät zum Konto gespeichert ist, wird vernichtet. Das Konto selbst bleibt bestehen, und Sie können sich jederzeit wieder anmelden.
sign-out-words-here = Ihr Konto bleibt auf diesem Computer, mit seinem Verlauf und seinen E-Mails: Der Server in Latchkey behält es. Was dieses Fenster davon gespeichert hat, wird vernichtet. Sie können sich jederzeit wieder anmelden.
sign-out-loses = { $count ->
    [one] Eine Änderung von hier ist noch nicht auf dem Server. Sie geht verloren.
   *[other] { $count } Änderungen von hier sind noch nicht auf dem Server. Sie gehen verloren.
}
sign-out-done = Sie sind abgemeldet. Alles, was auf diesem Gerät zum Konto gespeichert war, wurde vernichtet.
sign-out-done-here = Sie sind abgemeldet. Das Konto selbst bleibt auf diesem Computer.

## Sync
sync-details = Abgleich
sync-up-to-date = Aktuell
sync-syncing = Wird abgeglichen
sync-syncing-percent = Wird abgeglichen, { $percent } %
sync-cut-off-offline = Offline
sync-cut-off-server_trouble = Serverfehler
sync-cut-off-untrusted_certificate = Verbindung nicht vertraulich
sync-cut-off-proxy_sign_in = Proxy verlangt eine Anmeldung
sync-cut-off-something_else = Falscher Server
sync-needs-answer = Ihre Entscheidung fehlt
sync-not-saved-full = Datenträger voll
sync-not-saved-read_only = Kann nicht schreiben
sync-not-saved-somebody_elses = Der Ordner gehört jemand anderem
sync-not-saved-not_a_folder = Eine Datei steht im Weg
sync-not-saved-broken = Kann nicht speichern
sync-not-saved-in_use = Kann nicht speichern
sync-polling = Keine dauernde Verbindung
sync-waiting = { $count ->
    [one] { $count } Änderung wartet
   *[other] { $count } Änderungen warten
}
sync-words-up_to_date = Was Sie sehen, ist aktuell, und alle Ihre Änderungen sind angekommen.
sync-words-syncing = Änderungen sind unterwegs.
sync-words-offline = Es besteht keine Verbindung zum Server. Ihre Änderungen bleiben hier gespeichert und werden später von selbst gesendet.
sync-words-needs_answer = Eine Ihrer Änderungen braucht eine Entscheidung: Ein anderes Gerät hat dasselbe Feld geändert, oder der Server hat die Änderung nicht angenommen.
sync-words-server_trouble = Der Server hat Probleme. Ihre Änderungen bleiben erhalten, und Latchkey versucht es weiter.
sync-words-proxy_sign_in = Der Proxy dieses Netzes verlangt Benutzernamen und Passwort. Ihre Änderungen bleiben erhalten; tragen Sie beides in den Proxy-Einstellungen dieses Computers ein, oder fragen Sie Ihre Netzwerk-Administration.
sync-words-something_else = Die Antwort kam nicht von Ihrem Latchkey-Server. Ihre Änderungen bleiben erhalten; verlangt dieses Netz eine Anmeldung, öffnen Sie irgendeine Seite im Browser und melden Sie sich dort an.
sync-words-not_saved-full = Der Datenträger dieses Geräts ist voll. Hier kann nichts geändert oder abgerufen werden, bis Platz ist; dann geht es von selbst weiter.
sync-words-not_saved-read_only = Latchkey kann nicht in seinen Ordner schreiben. Hier kann nichts geändert oder abgerufen werden, bis es das kann; dann geht es von selbst weiter.
sync-words-not_saved-somebody_elses = Latchkeys Ordner gehört einem anderen Benutzer dieses Computers. Hier kann nichts geändert oder abgerufen werden, bis er Ihnen gehört; dann geht es von selbst weiter.
sync-words-not_saved-not_a_folder = An der Stelle von Latchkeys Ordner steht eine Datei. Hier kann nichts geändert oder abgerufen werden, bis sie verschoben ist; dann geht es von selbst weiter.
sync-words-not_saved-broken = Latchkey kann seine Kopie auf diesem Gerät nicht schreiben. Hier kann nichts geändert oder abgerufen werden, bis es das kann; es wird von selbst erneut versucht. Den Grund nennt das Protokoll.
sync-words-not_saved-in_use = Ein anderes Programm hindert Latchkey daran, seine Kopie auf diesem Gerät zu schreiben. Es wird von selbst erneut versucht.
sync-words-polling = Etwas im Netz verhindert eine dauernde Verbindung. Latchkey fragt den Server stattdessen etwa alle 30 Sekunden.
sync-age = Zuletzt aktuell: { $ago }
sync-never = Noch nicht abgerufen
sync-now = Jetzt versuchen

## Failures
failure-invalid_fields = Prüfen Sie die markierten Felder.
failure-invalid_address = Das ist keine Serveradresse. Sie sieht aus wie konten.example.org.
failure-not_https = Die Verbindung wäre nicht vertraulich. Bitte geben Sie eine Adresse an, die mit https:// beginnt.
failure-unreachable = Der Server ist nicht erreichbar. Es wurde nichts geändert; bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.
failure-unanswered = Die Verbindung riss ab, bevor der Server geantwortet hat. Bitte prüfen Sie, ob die Änderung angekommen ist, bevor Sie es erneut versuchen.
failure-untrusted_certificate = Die Verbindung ist nicht vertraulich.
failure-proxy_sign_in = Der Proxy dieses Netzes verlangt Benutzernamen und Passwort. Tragen Sie beides in den Proxy-Einstellungen dieses Computers ein, oder fragen Sie Ihre Netzwerk-Administration.
failure-something_else = Die Antwort kam nicht von einem Latchkey-Server. Verlangt dieses Netz eine Anmeldung, öffnen Sie irgendeine Seite im Browser, melden Sie sich dort an und versuchen Sie es dann erneut.
failure-another_server = Unter dieser Adresse antwortet ein anderer Server als der, auf dem dieses Konto ist. Ihr Passwort wurde nicht gesendet. Bitte fragen Sie die Person, die den Server betreibt.
failure-another_account = Das ist ein anderes Konto. Melden Sie sich bei dem an, das auf diesem Computer ist, oder entfernen Sie es zuerst von diesem Computer.
certificate-expired = Die Verbindung ist nicht vertraulich: Das Zertifikat des Servers ist abgelaufen. Bitten Sie die Person, die den Server betreibt, es zu erneuern.
certificate-not_yet_valid = Die Verbindung ist nicht vertraulich: Das Zertifikat des Servers gilt noch nicht. Prüfen Sie Datum und Uhrzeit dieses Computers; stimmen sie, fragen Sie die Person, die den Server betreibt.
certificate-other_name = Die Verbindung ist nicht vertraulich: Das Zertifikat gehört zu einer anderen Adresse als der dieses Servers. Prüfen Sie die Adresse, oder fragen Sie die Person, die den Server betreibt.
certificate-unknown_authority = Die Verbindung ist nicht vertraulich: Dieser Computer kennt die Stelle nicht, die das Zertifikat des Servers ausgestellt hat. Prüft dieses Netz Verbindungen, fragen Sie die Person, die das Netz betreibt; sonst die, die den Server betreibt.
certificate-revoked = Die Verbindung ist nicht vertraulich: Das Zertifikat des Servers wurde widerrufen. Fragen Sie die Person, die den Server betreibt.
certificate-old_tls = Die Verbindung ist nicht vertraulich: Der Server bietet nur veraltete Verschlüsselung an. Bitten Sie die Person, die ihn betreibt, TLS 1.2 oder neuer einzuschalten.
certificate-not_encrypted = Die Verbindung ist nicht vertraulich: Was unter dieser Adresse antwortet, verschlüsselt nicht. Prüfen Sie die Adresse, oder fragen Sie die Person, die den Server betreibt.
certificate-invalid = Die Verbindung ist nicht vertraulich: Das Zertifikat des Servers ist ungültig. Fragen Sie die Person, die den Server betreibt.
failure-not_latchkey = Unter dieser Adresse antwortet etwas, aber kein Latchkey-Server. Bitte prüfen Sie die Adresse.
failure-nonsense = Unerwartete Antwort vom Server. Bitte prüfen Sie, ob die Änderung angekommen ist, bevor Sie es erneut versuchen.
failure-sign_in_refused = Name oder Passwort stimmen nicht, oder das Konto kann sich nicht anmelden. Bitte prüfen Sie beides, oder nutzen Sie „Passwort vergessen?“.
failure-clock_wrong = Die Uhr dieses Computers weicht um mehr als fünf Minuten von der des Servers ab. Bitte stellen Sie sie und versuchen Sie es erneut.
failure-too_many_attempts = Zu viele Versuche. Bitte warten Sie einen Moment und versuchen Sie es dann erneut.
failure-quota_reached = Die Grenze ist erreicht. Versuchen Sie es später erneut.
failure-mailed_link_needed = Ihr Passwort wurde innerhalb eines Tages dreimal geändert. Um es jetzt noch einmal zu ändern, nutzen Sie einen Link für ein neues Passwort.
quota-edits = Mehr Änderungen sind an einem Tag nicht möglich.
quota-changes = Von diesem Gerät aus sind an einem Tag nicht mehr Änderungen möglich.
quota-security_changes = Mehr Änderungen an Adressen und Anmeldung sind an einem Tag nicht möglich.
quota-sign_ins = Dieses Gerät hat sich heute zu oft angemeldet.
quota-new_devices = Heute haben sich zu viele neue Geräte an diesem Konto angemeldet. Ein Gerät, das Sie schon benutzt haben, kann sich weiter anmelden; ein neues Passwort per E-Mail-Link hebt die Grenze auf.
quota-links = Aus Ihrem Netz wurden zu viele Bestätigungslinks angefordert.
quota-wait = Versuchen Sie es in { $minutes ->
    [one] einer Minute erneut.
   *[other] { $minutes } Minuten erneut.
}
failure-new_password_needed = Nach zu vielen falschen Passwörtern ist die Anmeldung gesperrt. Wählen Sie mit „Passwort vergessen?“ ein neues.
failure-busy = Der Server ist ausgelastet. Bitte versuchen Sie es gleich noch einmal.
failure-server_fault = Auf dem Server ist ein Fehler aufgetreten. Bitte prüfen Sie, ob die Änderung angekommen ist, bevor Sie es erneut versuchen.
failure-other_device = Zu Ihrer Sicherheit öffnet sich dieser Link nur in der App, die ihn angefordert hat und in der Sie schon angemeldet waren. Ihr Passwort ist unverändert; wählen Sie ein neues auf der Seite im Browser, oder fügen Sie deren Adresse hier unter „Ich habe einen Link“ ein.
failure-link_spent = Dieser Link wurde schon benutzt, ersetzt oder ist abgelaufen. Bitte fordern Sie einen neuen an.
failure-already_confirmed = Diese Adresse ist schon bestätigt. Es ist nichts weiter zu tun.
failure-link_not_understood = In dem eingefügten Text hat Latchkey nicht genau einen passenden Link gefunden. Kopieren Sie den ganzen Link, oder öffnen Sie ihn im Browser, wenn Ihr E-Mail-Anbieter Links umschreibt.
failure-link_malformed = Der Link ist unvollständig oder wurde unterwegs verändert, daher wurde nichts getan. Bitte öffnen Sie ihn erneut aus der E-Mail, oder kopieren Sie den ganzen Link und fügen Sie ihn dort ein, wo Latchkey danach fragt.
failure-not_found = Das gibt es nicht mehr.
failure-not_allowed_now = Das ist im Moment nicht möglich. Es wurde nichts geändert; bitte versuchen Sie es später erneut.
failure-signed_out = Dieses Gerät ist abgemeldet. Bitte melden Sie sich wieder an.
failure-keyring_locked = Ihr Schlüsselbund wurde nicht entsperrt, daher kann Latchkey Ihren Schlüssel nicht darin verwahren. Bitte versuchen Sie es erneut und beantworten Sie die Frage des Schlüsselbunds.
failure-keyring_unavailable = Der Schlüsselbund Ihres Systems arbeitet nicht oder antwortet nicht, daher kann Latchkey Ihren Schlüssel nicht darin verwahren.
failure-disk_full = Der Datenträger ist voll. Bitte schaffen Sie Platz und versuchen Sie es erneut. Was vorher da war, ist erhalten.
failure-read_only = Latchkey kann nicht in seinen Ordner schreiben. Es wurde nichts geändert; bitte machen Sie den Ordner beschreibbar und versuchen Sie es erneut.
failure-folder_in_use = Eine andere Latchkey-Instanz benutzt dieselben Daten. Bitte schließen Sie sie und versuchen Sie es erneut.
failure-internal = In Latchkey ist etwas schiefgegangen. Näheres steht im Protokoll.
failure-bundled_server_broken = Der Server auf diesem Computer startet nicht. Den Grund nennt das Protokoll.
failure-folder_not_opened = Kein Programm konnte den Ordner öffnen.
failure-folder-named = Kein Programm konnte den Ordner öffnen. Sie finden ihn unter { $folder }
failure-changed_meanwhile = Die Werte haben sich inzwischen geändert. Bitte prüfen Sie sie noch einmal und wählen Sie dann.
failure-other_server = Dieser Link gehört zu einem anderen Server als dem, den diese App benutzt.
failure-link-of-server = Dieser Link ist von { $server } und nicht von dem Server, den diese App benutzt. Es wurde nichts gesendet. Öffnen Sie den Link stattdessen in Ihrem Browser.
failure-no_server_chosen = Wählen Sie zuerst einen Server und melden Sie sich an, dann öffnen Sie den Link wieder.
failure-step_up_needed = Dafür ist Ihr Passwort noch einmal nötig. Es wurde nichts geändert.
failure-second_factor_needed = Dafür ist auch ein Code aus Ihrer Authenticator-App nötig.
failure-code_or_passkey_needed = Es ist auch ein Code Ihrer Authenticator-App oder ein Passkey nötig.
failure-on_probation = Dieses Gerät ist noch nicht freigegeben, deshalb wurde nichts geändert. Geben Sie es über einen Link an Ihre E-Mail-Adresse frei oder mit „Das war ich“ auf einem anderen Gerät.
failure-password_spoiled = Dieses Passwort meldet wegen „Das war ich nicht“ auf keinem neuen Gerät mehr an. Setzen Sie über einen Link ein neues, unter „Passwort vergessen?“.
failure-administrators_only = Das können nur Administratoren des Servers. Es wurde nichts geändert.
failure-file_not_written = Die Datei konnte nicht gespeichert werden. Bitte prüfen Sie, ob in Ihrem Download-Ordner Platz ist und ob in ihn geschrieben werden kann.
wait-too_many_attempts = Zu viele Versuche. { $seconds ->
    [one] Bitte versuchen Sie es in einer Sekunde erneut.
   *[other] Bitte versuchen Sie es in { $seconds } Sekunden erneut.
}
wait-busy = Der Server ist ausgelastet. { $seconds ->
    [one] Bitte versuchen Sie es in einer Sekunde erneut.
   *[other] Bitte versuchen Sie es in { $seconds } Sekunden erneut.
}
wait-minutes-too_many_attempts = Zu viele Versuche. Bitte versuchen Sie es in { $minutes } Minuten erneut.
wait-minutes-busy = Der Server ist ausgelastet. Bitte versuchen Sie es in { $minutes } Minuten erneut.
try-again-in = Sie können es in { $time } erneut versuchen.
try-again-now = Sie können es jetzt erneut versuchen.

## Refused fields
field-required = Erforderlich
field-too_short = Das ist zu kurz.
field-too_short_alone = Ohne die Anmeldung in zwei Schritten ist dieses Passwort zu kurz. Wählen Sie zuerst ein längeres, und schalten Sie sie dann aus.
field-too_long = Das ist zu lang. Es wurde nichts abgeschnitten; bitte kürzen Sie es.
field-invalid_characters = Darin ist ein Zeichen, das hier nicht möglich ist.
field-invalid_shape = Am Anfang oder Ende steht ein Zeichen, das dort nicht möglich ist.
field-not_an_email_address = Das ist keine E-Mail-Adresse. Sie sieht aus wie anna@example.org.
field-taken = Das ist schon vergeben. Bitte wählen Sie etwas anderes.
field-already_yours = Diese Adresse steht schon in Ihrer Liste.
field-too_many = Die Grenze ist erreicht.
address-too-many = Sie können bis zu zehn Adressen haben. Entfernen Sie zuerst eine.
field-not_a_choice = Bitte wählen Sie einen Eintrag aus der Liste.
field-too_common = Dieses Passwort ist leicht zu erraten. Nehmen Sie ein paar Wörter mehr.
field-contains_context = Dieses Passwort ist Ihrem Namen, Benutzernamen oder Ihrer E-Mail-Adresse zu ähnlich. Bitte wählen Sie andere Wörter.
field-no_upper_case = Es fehlt ein Großbuchstabe.
field-no_lower_case = Es fehlt ein Kleinbuchstabe.
field-no_digit = Es fehlt eine Ziffer.
field-no_special = Es fehlt ein Zeichen, das weder Buchstabe noch Ziffer ist.
field-wrong_password = Falsches Passwort.
field-wrong_code = Dieser Code stimmt nicht. Geben Sie den ein, den Ihre Authenticator-App gerade zeigt; jeder gilt einmal.
field-unchanged = Das ist schon so eingetragen.
field-different = Die Passwörter stimmen nicht überein.
username-invalid-characters = Ein Benutzername besteht aus Buchstaben a–z, Ziffern, Punkten, Binde- und Unterstrichen, ohne Leerzeichen. Zum Beispiel anna-k oder anna.k.
username-invalid-shape = Ein Benutzername beginnt und endet mit einem Buchstaben oder einer Ziffer.
username-too-short = Ein Benutzername hat mindestens zwei Zeichen.
username-taken = Dieser Benutzername ist vergeben. Bitte wählen Sie einen anderen.
display-name-required = Bitte geben Sie Ihren Namen ein.
display-name-too-long = Ein Name hat höchstens 120 Zeichen. Es wurde nichts abgeschnitten; bitte kürzen Sie ihn.
device-name-required = Ein Gerät braucht einen Namen.
device-name-too-long = Der Name eines Geräts hat höchstens 80 Zeichen. Es wurde nichts abgeschnitten; bitte kürzen Sie ihn.
password-too-short = Dieses Passwort ist zu kurz. Wie lang es sein muss, steht in der Liste darunter.
password-over-long = Dieses Passwort hat { $length } Zeichen, möglich sind höchstens { $count }. Es wurde nichts abgeschnitten; bitte kürzen Sie es.
password-unchanged = Dieses Passwort haben Sie schon. Bitte wählen Sie ein anderes.
repeat-required = Bitte geben Sie dasselbe Passwort noch einmal ein.
time-zone-not-a-choice = Das ist keine Zeitzone. Bitte wählen Sie eine aus der Liste.
## Edits that were not taken
refused-display_name = Der Name „{ $value }“ wurde nicht angenommen
refused-language = Die Sprache „{ $value }“ wurde nicht angenommen
refused-time_zone = Die Zeitzone „{ $value }“ wurde nicht angenommen
refused-device_name = Der Gerätename „{ $value }“ wurde nicht angenommen
refused-other = „{ $value }“ wurde nicht angenommen
refused-kept = Es bleibt, was vorher dort stand.
refused-given = Ihre Eingabe: { $at }.
refused-put-back = Es bleibt bei dem, was vorher dort stand.
refusal-not_found = Das, wozu es gehört, gibt es nicht mehr.
refusal-on_probation = Dieses Gerät ist noch nicht freigegeben. Geben Sie es frei, dann speichern Sie das noch einmal.
refusal-rejected = Der Server hat es nicht angenommen und keinen Grund genannt.

## First start
opening-title = Latchkey
opening-lead = Ihr Konto wird geöffnet …
welcome-title = Willkommen bei Latchkey
welcome-lead = Ihr Konto auf Ihrem Schreibtisch. Wo soll es liegen?
use-this-computer = Diesen Computer benutzen
use-this-computer-words = Alles bleibt hier. Ein kleiner Server läuft in Latchkey, solange es geöffnet ist.
starting-server = Der Server auf diesem Computer wird gestartet …
connect-to-server = Mit einem Server verbinden
connect-to-server-words = Ihre Organisation hat Ihnen eine Adresse gegeben, etwa konten.example.org.
connect-title = Mit einem Server verbinden
connect-lead = Geben Sie die Adresse ein, die Sie von Ihrer Organisation haben
server-address = Serveradresse
server-address-hint = Zum Beispiel konten.example.org
connect = Verbinden
connecting = Der Server wird gesucht …

## Signing in
sign-in-title = Anmelden
sign-in = Anmelden
login = Benutzername oder E-Mail
password = Passwort
password-show = Passwort anzeigen
stay-signed-in = Auf diesem Gerät angemeldet bleiben
stay-signed-in-hint = Der Schlüssel liegt im Schlüsselbund Ihres Systems.
stay-signed-in-not = Wenn Latchkey geschlossen wird, sind Sie abgemeldet, und was hier gespeichert ist, wird vernichtet.
stay-signed-in-not-here = Wenn Latchkey geschlossen wird, sind Sie abgemeldet. Das Konto selbst bleibt auf diesem Computer.
forgotten = Passwort vergessen?
code = Code aus Ihrer Authenticator-App
code-hint = Die sechs Ziffern, die sie jetzt anzeigt
code-for = Für { $login }
recovery-code = Wiederherstellungscode
recovery-code-hint = Einer der Codes, die Sie aufbewahrt haben; jeder gilt einmal
use-recovery-code = Wiederherstellungscode verwenden
use-code = Authenticator-App verwenden
no-other-account = Dieser Computer hat sein Konto. Um ein weiteres anzulegen, beenden Sie Latchkey und starten Sie es mit --allow-sign-up.
no-account = Noch kein Konto?
create-one = Konto anlegen
use-another-server = Anderen Server benutzen
keyring-hint = Oder nehmen Sie das Häkchen bei „Auf diesem Gerät angemeldet bleiben“ weg: Dann ist kein Schlüsselbund nötig, und Sie sind abgemeldet, sobald Latchkey geschlossen wird.
ended-title = Dieses Gerät wurde abgemeldet
ended-by-device = Von { $device }, { $at }.
ended-by-other = Von einem anderen Ihrer Geräte, { $at }.
ended-expired = Ihre Anmeldung ist abgelaufen, { $at }.
ended-signed-out = Auf diesem Gerät selbst, { $at }.
ended-disowned = Wegen „Das war ich nicht“, { $at }.
ended-password_changed = Das Passwort wurde geändert, { $at }.
ended-password_reset = Das Passwort wurde über einen Link aus einer E-Mail zurückgesetzt, { $at }.
ended-email_change_undone = Eine Änderung der Hauptadresse wurde über einen Link per E-Mail gestoppt oder zurückgenommen, { $at }.
ended-server_restored = Der Server wurde aus einer Sicherung wiederhergestellt, { $at }.
ended-ended_by_administrator = Von einem Administrator des Servers, { $at }.
ended-too_many_devices = Die Grenze für angemeldete Geräte war erreicht, als sich ein weiteres anmeldete, { $at }.
ended-destroyed = Alles, was hier zum Konto gespeichert war, wurde vernichtet.
ended-destroyed-here = Was dieses Fenster vom Konto gespeichert hatte, wurde vernichtet. Das Konto selbst bleibt auf diesem Computer.
ended-lost = { $count ->
    [one] Eine Änderung von hier war noch nicht gesendet und ist verloren.
   *[other] { $count } Änderungen von hier waren noch nicht gesendet und sind verloren.
}
ended-receipt-waits = Der Server erfährt es, sobald er erreichbar ist.

## Creating an account
create-account-title = Konto anlegen
create-account = Konto anlegen
have-account = Schon ein Konto?
account-created = Ihr Konto ist bereit, und Sie sind angemeldet.
account-is-here = Auf diesem Computer gibt es schon ein Konto. Melden Sie sich damit an.
display-name = Name
display-name-hint = Wie Sie genannt werden möchten
email = E-Mail
email-hint = Dorthin geht ein Link zur Bestätigung.
email-hint-here = Zum Anmelden; dorthin wird nichts gesendet
username = Benutzername
username-hint = Zum Anmelden: a–z, Ziffern, Punkt, Bindestrich
repeat = Passwort wiederholen
strength = Stärke des Passworts
strength-none = Ein paar zufällige Wörter sind ein gutes Passwort.
strength-refused = Noch nicht angenommen: Die Liste zeigt, was fehlt.
strength-weak = Schwach: Es wäre schnell erraten.
strength-fair = Mäßig: Es hielte eine Weile stand.
strength-good = Gut: Es zu erraten, dauerte Jahre.
strength-strong = Stark: Es zu erraten, dauerte Jahrhunderte.
password-rules = Regeln für das Passwort
make-password = Passwort erzeugen
password-made = Beide Felder enthalten jetzt ein neues Passwort. Bitte bewahren Sie es sicher auf.
copy-password = Kopieren
rule-at-least = { $count ->
    [one] Mindestens ein Zeichen
   *[other] Mindestens { $count } Zeichen
}
rule-at-most = { $count ->
    [one] Höchstens ein Zeichen
   *[other] Höchstens { $count } Zeichen
}
rule-with-two-step = Wenn die Anmeldung in zwei Schritten eingeschaltet ist, { $count ->
    [one] genügt ein Zeichen.
   *[other] genügen { $count } Zeichen.
}
rule-too_common = Nicht leicht zu erraten
rule-contains_context = Nicht aus Ihrem Namen oder Ihrer E-Mail
rule-no_upper_case = Ein Großbuchstabe
rule-no_lower_case = Ein Kleinbuchstabe
rule-no_digit = Eine Ziffer
rule-no_special = Ein Zeichen, das weder Buchstabe noch Ziffer ist
rule-same = Beide Passwörter stimmen überein
rule-satisfied = (erfüllt)
rule-open = (noch offen)
## Forgotten password
forgotten-title = Passwort vergessen?
forgotten-words = Sie können einen Link für ein neues Passwort per E-Mail bekommen. Um welches Konto geht es?
forgotten-words-here = Latchkey schreibt einen Link für ein neues Passwort in eine Datei auf diesem Computer. Um welches Konto geht es?
send-link = Link senden
make-link = Link erzeugen
recovery-asked-title = Sehen Sie in Ihr Postfach
recovery-asked-title-here = Öffnen Sie den Link
recovery-asked = Wenn es ein Konto „{ $login }“ gibt, ist ein Link unterwegs
recovery-asked-words = Er geht an die Adresse, die Sie eingegeben haben, sonst an die Hauptadresse des Kontos, und gilt 10 Minuten. Öffnen Sie ihn auf diesem Computer, oder kopieren Sie ihn und fügen Sie ihn hier ein.
recovery-file = Der Link steht in einer Datei auf diesem Computer
recovery-file-words = Es wird nichts versendet. Wenn es ein Konto „{ $login }“ gibt, steht der Link in der neuesten Datei in diesem Ordner und gilt 10 Minuten. Öffnen Sie ihn, oder kopieren Sie ihn und fügen Sie ihn hier ein.
recovery-mail-queued = Die E-Mail wartet darauf, gesendet zu werden
recovery-mail-words-queued = Der Server sendet sie. Diese Seite ändert sich, sobald das geschehen ist.
recovery-mail-sent = Die E-Mail wurde gesendet
recovery-mail-words-sent = Der nächste E-Mail-Server hat sie angenommen. In ein paar Minuten sollte sie da sein.
recovery-mail-bounced = Die E-Mail kam zurück
recovery-mail-words-bounced = Der E-Mail-Server Ihrer Adresse nimmt sie nicht an. Bitte fragen Sie Ihren E-Mail-Anbieter oder die Administration dieses Servers.
recovery-mail-failed = Die E-Mail konnte nicht gesendet werden
recovery-mail-words-failed = Bitte fordern Sie etwas später einen neuen Link an. Wenn auch das nicht gelingt, fragen Sie die Administration dieses Servers.
recovery-file-failed = Der Link konnte nicht in eine Datei geschrieben werden
recovery-file-words-failed = Prüfen Sie, ob auf der Festplatte Platz ist, und fordern Sie dann einen neuen Link an.
recovery-none-title = Es wurde keine E-Mail gesendet
recovery-none-title-here = Es wurde kein Link erzeugt
recovery-mail-limited = Mehr Links sind in einer Stunde nicht möglich
recovery-mail-words-limited = Diesmal wurde deshalb keiner gesendet. Der neueste gilt 10 Minuten lang, nachdem er gesendet wurde: Sehen Sie in allen Ihren Postfächern nach.
recovery-file-words-limited = Diesmal wurde deshalb keiner erzeugt. Der neueste gilt 10 Minuten lang, nachdem er erzeugt wurde.
recovery-limited-until = { $minutes ->
    [one] Wenn er abgelaufen ist, fordern Sie in einer Minute einen neuen an.
   *[other] Wenn er abgelaufen ist, fordern Sie in { $minutes } Minuten einen neuen an.
}
recovery-limited-over = Wenn er abgelaufen ist, können Sie jetzt einen neuen anfordern.
recovery-mail-no_address = Von diesem Konto ist keine Adresse bestätigt
recovery-mail-words-no_address = Ein Link geht nur an eine Adresse, die bestätigt wurde. Suchen Sie die E-Mail „Bitte bestätigen Sie Ihre E-Mail-Adresse“, öffnen Sie ihren Link und fragen Sie hier noch einmal an. Auf einem Gerät, das noch angemeldet ist, können Sie sie unter „Kontakte“ neu senden lassen.
back-to-sign-in = Zurück zur Anmeldung
paste-link = Ich habe einen Link
no-mail-title = Keine E-Mail bekommen?
no-mail-wait = Warten Sie ein paar Minuten. Manche E-Mail-Server lassen die erste E-Mail eines neuen Absenders warten.
no-mail-spam = Sehen Sie im Spam-Ordner nach.
no-mail-address = Sie geht nur an bestätigte Adressen. Sehen Sie in allen Ihren Postfächern nach.
no-mail-newest = Jede Anfrage erzeugt einen neuen Link, und die älteren gelten nicht mehr. Nehmen Sie die neueste E-Mail.
no-mail-limit = Nach drei Anfragen gibt es höchstens einen Link pro Stunde. Warten Sie lieber auf ihn, statt noch einmal anzufragen.
no-mail-administrator = Wenn nichts hilft, fragen Sie die Person, die diesen Server betreibt. Sie kann das Zurücksetzen anstoßen; Ihr Passwort kann Ihnen niemand sagen.
ways-title = So kommen Sie wieder hinein
way-link = Mit dem Link in der neuesten Datei wählen Sie ein neues Passwort. Ältere Links gelten nicht mehr.
way-code = Ist die Anmeldung in zwei Schritten an, wird auch ein Code aus Ihrer Authenticator-App verlangt.
way-recovery-code = Ohne Ihr Telefon nehmen Sie stattdessen einen Ihrer Wiederherstellungscodes.
way-none = Ohne beides kann Ihnen niemand helfen: Diesen Server betreiben nur Sie.
ask-again = Neuen Link anfordern
reset-title = Neues Passwort wählen
reset-words = Damit werden alle Geräte abgemeldet, und Sie melden sich mit dem neuen Passwort an.
reset-words-signed-in = Damit werden alle Geräte abgemeldet, auch dieses, und Sie melden sich mit dem neuen Passwort an.
reset-link-hint = Fügen Sie den Link ein, den Sie per E-Mail bekommen haben.
reset-link-hint-here = Fügen Sie den Link aus der neuesten Datei ein.
new-password = Neues Passwort
set-password = Passwort setzen
reset-passkey-title = Weiter in Ihrem Browser
reset-passkey-words = Die Seite des Servers nimmt dort Ihren Passkey statt eines Codes. Auch das neue Passwort wählen Sie dort; danach melden Sie sich hier damit an.
reset-done = Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.

## Asking again who you are
step-up-title = Bestätigen Sie, dass Sie es sind
step-up-words = So bleibt anderen der Zugang verwehrt, wenn Sie das Gerät offen lassen. 10 Minuten lang werden Sie nicht noch einmal gefragt.

## Keyring and folder
keyring-title = Warten auf Ihren Schlüsselbund
keyring-locked = Der Schlüsselbund ist gesperrt
keyring-words-locked = Bitte entsperren Sie den Schlüsselbund Ihres Systems, zum Beispiel mit dem Passwort Ihres Computers, und versuchen Sie es erneut.
keyring-absent = Es gibt keinen Schlüsselbund
keyring-words-absent = Auf diesem System läuft kein Schlüsselbund, daher ist der Schlüssel zu Ihrem Konto nicht lesbar. Bitte starten Sie einen und versuchen Sie es erneut.
keyring-silent = Der Schlüsselbund antwortet nicht
keyring-words-silent = Vielleicht wartet er in einem anderen Fenster auf Sie. Bitte suchen Sie seine Frage und versuchen Sie es erneut.
keyring-key_missing = Der Schlüssel ist nicht im Schlüsselbund
keyring-words-key_missing = Der Schlüsselbund ist offen, aber der Schlüssel zu Ihrem Konto ist nicht darin. Wenn Sie mehrere haben, öffnen Sie bitte den richtigen und versuchen Sie es erneut.
keyring-kept = Sie sind weiterhin angemeldet, und nichts ist verloren. Ihr Konto ist hier unter einem Schlüssel gespeichert, den der Schlüsselbund verwahrt.
keyring-prompts = Ihr Schlüsselbund wartet auf Sie
keyring-prompts-words = Er fragt in einem eigenen Fenster nach einem Passwort, vielleicht hinter diesem. Latchkey macht weiter, sobald Sie geantwortet haben.
keyring-asking = Der Schlüsselbund wird gefragt …
keyring-still = Der Schlüsselbund gibt den Schlüssel noch nicht heraus.
parked-session_unknown = Dieser Server kennt dieses Gerät nicht mehr
parked-server_restored = Der Server wurde aus einer Sicherung wiederhergestellt
parked-words = Melden Sie sich erneut an, um fortzufahren, oder entfernen Sie das Konto von diesem Computer. Bis dahin wird nichts davon gezeigt, und nichts geht verloren.
parked-waiting = { $count ->
    [one] Eine Änderung von hier ist noch nicht auf dem Server. Sie wird gesendet, sobald Sie angemeldet sind.
   *[other] { $count } Änderungen von hier sind noch nicht auf dem Server. Sie werden gesendet, sobald Sie angemeldet sind.
}
parked-remove = Von diesem Computer entfernen
parked-remove-title = Das Konto von diesem Computer entfernen?
parked-remove-words = Alles, was auf diesem Computer von dem Konto gespeichert ist, wird vernichtet. Das Konto selbst bleibt auf seinem Server.
parked-removed = Das Konto wurde von diesem Computer entfernt.
keyring-give-up = Nicht angemeldet bleiben
keyring-give-up-title = Was hier gespeichert ist, löschen?
keyring-give-up-words = Die Kopie Ihres Kontos auf diesem Gerät wird vernichtet, und Sie melden sich neu an. Das Konto selbst bleibt bestehen.
keyring-give-up-loses = Änderungen von hier, die noch nicht gesendet sind, gehen verloren.
folder-title = Latchkey kann seinen Ordner nicht öffnen
folder-lead = Nichts ist verloren. Bitte beheben Sie dies und starten Sie Latchkey neu.
folder-which = Ordner
folder-in_use = Eine andere Latchkey-Instanz hat ihn geöffnet
folder-words-in_use = Benutzen Sie das Fenster, das schon offen ist, oder schließen Sie es zuerst.
folder-read_only = In den Ordner kann nicht geschrieben werden
folder-words-read_only = Bitte geben Sie Ihrem Benutzer das Recht, darin zu schreiben.
folder-not_a_folder = An seiner Stelle steht eine Datei
folder-words-not_a_folder = Bitte verschieben Sie die Datei, die so heißt wie dieser Ordner oder einer über ihm.
folder-somebody_elses = Er gehört jemand anderem, oder darin steht eine Verknüpfung
folder-words-somebody_elses = Jemand anders könnte lesen und ändern, was Latchkey dort ablegt, oder eine Verknüpfung darin führt woandershin. Bitten Sie die Person, die sich um diesen Computer kümmert, Ihnen den Ordner zu geben, oder starten Sie Latchkey mit einem anderen: --data-dir.
folder-full = Der Datenträger ist voll
folder-words-full = Bitte schaffen Sie Platz auf dem Datenträger.
folder-broken = Der Ordner ist nicht benutzbar
folder-words-broken = Was damit nicht stimmt, steht im Protokoll.

## Overview
overview-title = Überblick
greeting-morning = Guten Morgen
greeting-day = Guten Tag
greeting-evening = Guten Abend
greeting-name-morning = Guten Morgen, { $name }
greeting-name-day = Guten Tag, { $name }
greeting-name-evening = Guten Abend, { $name }
first-look = Ihr Konto auf einen Blick
last-looked = Auf diesem Gerät zuletzt angesehen: { $at }
first-sync = Ihr Konto wird abgerufen
progress-amount = { $done } von { $total }
damage-title = Die Kopie auf diesem Gerät war beschädigt
damage-words = Das wurde bemerkt, und sie wurde durch eine neue vom Server ersetzt.
damage-lost = { $count ->
    [0] Keine Ihrer Änderungen ging verloren.
    [one] Eine noch nicht gesendete Änderung war nicht zu retten.
   *[other] { $count } noch nicht gesendete Änderungen waren nicht zu retten.
}
damage-lost-unknown = Ob noch nicht gesendete Änderungen verloren gingen, lässt sich nicht sagen. Bitte sehen Sie nach, was Sie zuletzt geändert haben.
see-devices = Geräte ansehen
see-contacts = E-Mail-Adressen ansehen
confirm-emails = { $count ->
    [one] Bestätigen Sie Ihre Adresse { $addresses }
   *[other] Bestätigen Sie Ihre Adressen { $addresses }
}
unreached = { $count ->
    [one] Ein abgemeldetes Gerät war seitdem nicht erreichbar
   *[other] { $count } abgemeldete Geräte waren seitdem nicht erreichbar
}
unreached-words = Zugriff gibt es keinen mehr, und beim nächsten Start werden die Daten dort vernichtet.
two-step-on-fact = ein Code bei jeder Anmeldung
two-step-off-fact = das Passwort allein genügt
few-codes-title = Es sind nur noch wenige Wiederherstellungscodes übrig
see-ways-in = Anmeldung ansehen
at-a-glance = Auf einen Blick
email-confirmed = bestätigt
email-unconfirmed = noch nicht bestätigt
devices-live = { $count } angemeldet
devices-new = { $count ->
    [0] alle freigegeben
    [one] eines nicht freigegeben
   *[other] { $count } nicht freigegeben
}
who-i-am = Sie melden sich an als { $username } · { $server }
timeline-title = Anmeldungen der letzten 30 Tage
timeline-device = { $count ->
    [one] { $count } Anmeldung, { $last }
   *[other] { $count } Anmeldungen, zuletzt { $last }
}
timeline-first = erste Anmeldung eines Geräts
since-title = Seit Ihrem letzten Blick
since-first = Was bisher geschah
since-nothing = Es ist nichts geschehen.
since-nothing-elsewhere = Anderswo ist nichts geschehen.
see-activity = Die ganze Aktivität ansehen

## Profile
profile-title = Profil
profile-lead = Wer Sie sind und wie Latchkey Sie erreicht
profile-account = Konto
profile-since = Konto angelegt
profile-saved = Ihr Profil ist gespeichert.
language = Sprache
language-hint = Für die App und die E-Mails an Sie
time-zone = Zeitzone
time-zone-hint = Alle Zeiten werden darin angezeigt
no-email = Keine Adresse
manage-emails = E-Mail-Adressen verwalten
change-username = Ändern
change-username-title = Benutzernamen ändern
change-username-words = Ab dann melden Sie sich mit dem neuen an, und der alte wird für andere frei.
username-changed = Ihr Benutzername ist jetzt { $username }.
conflict-title-display_name = Zwei verschiedene Namen
conflict-title-language = Zwei verschiedene Sprachen
conflict-title-time_zone = Zwei verschiedene Zeitzonen
conflict-title-device_name = Zwei verschiedene Gerätenamen
conflict-title-other = Zwei verschiedene Werte
conflict-words = Sie haben das hier geändert und inzwischen auch auf einem anderen Gerät. Was gilt?
conflict-words-device = Sie haben das hier geändert und inzwischen auch auf { $device }. Was gilt?
conflict-here = hier, { $at }
conflict-there = { $device }, { $at }
conflict-keep-display_name = Diesen Namen behalten
conflict-keep-language = Diese Sprache behalten
conflict-keep-time_zone = Diese Zeitzone behalten
conflict-keep-device_name = Diesen Namen behalten
conflict-keep-other = Dies behalten
conflict-answered = „{ $value }“ bleibt.

## Contacts
emails-title = E-Mail-Adressen
email-add = Adresse hinzufügen
email-new = Neue Adresse
email-new-hint = Dorthin geht ein Link. Die Adresse gilt, sobald Sie sie bestätigt haben.
email-added = Ein Link zur Bestätigung wurde an { $address } gesendet.
email-added-here = { $address } wurde hinzugefügt.
email-resend = Link erneut senden
email-resent = Ein neuer Link wurde an { $address } gesendet. Ältere gelten nicht mehr.
email-link-sent = Link gesendet: { $ago }
email-waits = Wartet auf die Bestätigung
email-confirmed-on = Bestätigt: { $date }
email-came-back = Die letzte E-Mail dorthin kam zurück, { $at }. Was Ihr Konto Ihnen mitzuteilen hat, kommt dort nicht an.
email-now-primary = { $address } ist jetzt Ihre Hauptadresse.
email-primary-asked = Zuerst muss Ihre jetzige Hauptadresse zustimmen: Öffnen Sie den Link, der dorthin gesendet wurde. Dann tritt { $address } an ihre Stelle.
email-now-confirmed = { $address } ist bestätigt.
email-change-agreed = Zugestimmt für { $address }. Die andere Adresse muss noch bestätigen.
link-refused-title = Dieser Link hat nicht funktioniert
link-already-confirmed = Diese Adresse ist schon bestätigt. Es ist nichts weiter zu tun.
email-removed = { $address } wurde entfernt.
email-remove-title = { $address } entfernen?
email-remove-words = Sie können sich dann nicht mehr damit anmelden und erhalten dort keine E-Mails mehr.
email-remove-pending = Der Link, der dorthin gesendet wurde, gilt dann nicht mehr.
make-primary = Zur Hauptadresse machen
change-email = Ändern
change-email-title = E-Mail-Adresse ändern
change-email-words = An die neue Adresse geht ein Link. { $address } bleibt, bis Sie ihn öffnen, wird von der Änderung benachrichtigt und kann sie 30 Tage lang zurücknehmen. So lange lässt sich Ihre Hauptadresse nicht noch einmal ändern.
change-email-words-here = Die neue Adresse wird sofort Ihre Hauptadresse. { $address } bleibt als weitere Adresse.
change-email-words-both = An die neue Adresse geht ein Link und an { $address } ein weiterer. Weil die Anmeldung in zwei Schritten noch keine 30 Tage an ist, müssen beide bestätigen. { $address } kann die Änderung 30 Tage lang zurücknehmen; so lange lässt sich Ihre Hauptadresse nicht noch einmal ändern.
change-email-asked = Ein Link zur Bestätigung der Änderung wurde an { $address } gesendet.
email-change-pending = { $address } wird Ihre Hauptadresse
email-change-until = Wartet auf Bestätigung bis: { $at }. Solange bleibt { $address }.
email-change-steps = Was nötig ist
email-change-confirm-new = Bestätigen über den Link an { $address }
email-change-confirm-old = Zustimmen über den Link an { $address }
email-change-old-lost = Sie lesen { $address } nicht mehr? Sobald die Anmeldung in zwei Schritten 30 Tage lang eingeschaltet ist, wird diese Adresse von einer Änderung nur noch benachrichtigt und nicht mehr gefragt.
email-change-done = Ihre E-Mail-Adresse ist jetzt { $address }
email-change-take-back = { $address } kann das über den Link zurücknehmen, den wir dorthin gesendet haben, bis: { $at }.
email-change-take-back-here = Zurücknehmen können Sie das mit dem Link in der E-Mail-Datei für { $address } im Ordner unten, bis: { $at }.
primary-stays = Lässt sich nicht noch einmal ändern bis: { $at }
stop-change = Änderung abbrechen
stop-change-title = Die Änderung auf { $address } abbrechen?
stop-change-words = { $address } bleibt Ihre Hauptadresse, und die gesendeten Links gelten nicht mehr.
email-change-stopped = Die Änderung ist abgebrochen. { $address } bleibt.
primary = Hauptadresse
pending = Unbestätigt
confirm-title = Adresse bestätigen
confirm-link = Link aus der E-Mail
confirm-link-hint = Fügen Sie den Link hier ein, falls er sich nicht von selbst geöffnet hat.
mails-title = E-Mails von Latchkey
mail-folder = Dieser Server versendet keine E-Mails. Jede liegt als Datei in diesem Ordner:
mail-on-server = Dieser Server legt seine E-Mails in einem Ordner ab, statt sie zu senden. Bitte fragen Sie seine Administration nach dem Link.
mail-sent = Der Link kommt per E-Mail. Sehen Sie im Spam-Ordner nach, falls er ausbleibt.
open-folder = Ordner öffnen

## Devices
devices-title = Geräte
devices-lead = Geräte, die an Ihrem Konto angemeldet sind
devices-signed-in = Angemeldet
devices-ended = Abgemeldet
devices-ended-kept = 30 Tage lang aufgehoben
kind-laptop = Laptop
kind-desktop = Desktop-Computer
kind-phone = Telefon
kind-tablet = Tablet
kind-browser = Browser
kind-other = Programm
device-app = { $app } auf { $system }
device-until = bis { $until }
device-first-seen = zuerst gesehen: { $first }
device-rename-title = { $device } umbenennen
device-name = Name des Geräts
device-renamed = Das Gerät heißt jetzt { $device }.
active-now = Gerade aktiv
end-others = Alle anderen abmelden
end-all = Überall abmelden
end-one-title = { $device } abmelden?
end-others-title = { $count ->
    [one] Das andere Gerät abmelden?
   *[other] { $count } andere Geräte abmelden?
}
end-all-title = Überall abmelden, auch hier?
end-words = { $count ->
    [one] Der Zugriff endet sofort, und das Gerät vernichtet, was es von Ihrem Konto gespeichert hat.
   *[other] Der Zugriff endet sofort, und die Geräte vernichten, was sie von Ihrem Konto gespeichert haben.
}
end-all-words = Jeder Zugriff endet sofort, und alle Geräte vernichten, was sie von Ihrem Konto gespeichert haben, auch dieses.
ended-one = { $device } ist abgemeldet.
ended-others = { $count ->
    [one] Ein Gerät ist abgemeldet.
   *[other] { $count } Geräte sind abgemeldet.
}
device-expired = Abgelaufen: { $at }
device-signed-out = Auf dem Gerät selbst abgemeldet: { $at }
device-ended-here = Von diesem Gerät abgemeldet: { $at }
device-ended-by = Von { $device } abgemeldet: { $at }
device-ended = Zugriff beendet: { $at }
not-reached = Zugriff beendet, Gerät seitdem nicht erreicht; beim nächsten Start vernichtet es seine Daten
confirmed-destroyed = bestätigt { $time }, die Daten dort sind vernichtet
receipt = Beleg
receipt-title = Beleg von { $device }
ending-title = { $device } ist abgemeldet
receipt-verified = Die Unterschrift ist gültig
receipt-verified-words = Das Gerät selbst hat unterschrieben, dass es alles vernichtet hat, was es von Ihrem Konto gespeichert hatte.
receipt-wrong = Die Unterschrift ist nicht von diesem Gerät
receipt-wrong-words = Das Gerät hat keinen Zugriff mehr. Dass seine Daten vernichtet sind, ist nicht bewiesen.
receipt-how = Was geschah
receipt-asked = Zugriff beendet
receipt-destroyed = Daten vernichtet
receipt-key = Schlüssel des Geräts
receipt-signature = Unterschrift
receipt-device = Gerät
not-reached-title = Der Zugriff ist beendet, das Gerät war seitdem nicht erreichbar
not-reached-words = Es kann mit Ihrem Konto nichts mehr anfangen. Sobald es eingeschaltet und verbunden ist, vernichtet es seine Daten, bevor es etwas anzeigt, und sein unterschriebener Beleg erscheint hier.
device-ended-disowned = Abgemeldet wegen „Das war ich nicht“: { $at }
device-ended-password_changed = Durch eine Änderung des Passworts abgemeldet: { $at }
device-ended-password_reset = Durch das Zurücksetzen des Passworts abgemeldet: { $at }
device-ended-email_change_undone = Abgemeldet, weil eine Änderung der Hauptadresse zurückgenommen wurde: { $at }
device-ended-server_restored = Abgemeldet, weil der Server aus einer Sicherung wiederhergestellt wurde: { $at }
device-ended-ended_by_administrator = Von einem Administrator abgemeldet: { $at }
device-ended-too_many_devices = Abgemeldet, weil sich an der Grenze für Geräte ein weiteres angemeldet hat: { $at }
on-probation = Nicht freigegeben
suspended = Ausgesetzt

## Sign-ins from new devices
it-was-me = Das war ich
it-wasnt-me = Das war ich nicht
was-it-you = Waren Sie das? { $device } hat sich angemeldet, { $at }
was-it-you-words = { $system }, { $address }. Bis Sie das Gerät freigeben, kann es Ihr Konto lesen, aber nichts ändern, was es schützt.
approved = { $device } ist freigegeben.
disown-title = Waren Sie das nicht auf { $device }?
disown-words = Dann kennt jemand Ihr Passwort. Dies geschieht sofort:
disown-ends = { $device } wird abgemeldet und vernichtet, was es gespeichert hat.
disown-password = Ihr Passwort meldet auf keinem anderen Gerät mehr an. Danach wählen Sie ein neues.
disown-nothing-else = Sonst ändert sich nichts: Ohne Freigabe konnte das Gerät nur lesen.
disowned = { $device } ist abgemeldet. Wählen Sie jetzt ein neues Passwort.
probation-title = Dieses Gerät ist noch nicht freigegeben
probation-words = Sie können hier alles lesen, aber nichts ändern, was Ihr Konto schützt.
probation-by-both = Geben Sie es über einen Link an { $address } frei oder mit „Das war ich“ auf einem anderen Gerät, auf dem Sie angemeldet sind.
probation-by-mail = Geben Sie es über einen Link an { $address } frei.
probation-by-device = Geben Sie es mit „Das war ich“ auf einem anderen Gerät frei, auf dem Sie angemeldet sind.
probation-by-nobody = Niemand ist mehr da, der es freigeben könnte: Melden Sie sich ab und wieder an.
approve-by-mail = Per E-Mail freigeben
approve-this-device = Dieses Gerät freigeben
approval-sent-title = Sehen Sie in Ihre E-Mails
approval-sent-words = Wir haben einen Link an { $address } gesendet. Öffnen Sie ihn innerhalb von zehn Minuten auf diesem Gerät, oder fügen Sie ihn hier ein.
approval-send-again = Noch einen Link senden
approved-here = Dieses Gerät ist freigegeben.
secure-title = Ihr Konto absichern?
secure-words = Wenn das jemand anderes war, ist dieser Mensch vielleicht in Ihrem Konto. Dies geschieht sofort, und nichts geht verloren:
secure-devices = { $count ->
    [one] { $devices } wird abgemeldet und muss neu freigegeben werden.
   *[other] { $devices } werden abgemeldet und müssen neu freigegeben werden.
}
secure-no-devices = Kein anderes Gerät ist angemeldet; jedes, das sich anmeldet, muss neu freigegeben werden.
secure-guard = Ausgesetzt, bis Sie es prüfen: { $name }
secure-email-change = Der Wechsel Ihrer Hauptadresse zu { $address } wird gestoppt.
secure-password = Ihr Passwort meldet auf keinem anderen Gerät mehr an.
secure-then = Danach wählen Sie ein neues Passwort.
secure-then-review = Danach wählen Sie ein neues Passwort und prüfen, was ausgesetzt wurde.
secure-act = Konto absichern
secured = { $count ->
    [0] Ihr Konto ist abgesichert. Wählen Sie jetzt ein neues Passwort.
    [one] Ihr Konto ist abgesichert, und ein Gerät wurde abgemeldet. Wählen Sie jetzt ein neues Passwort.
   *[other] Ihr Konto ist abgesichert, und { $count } Geräte wurden abgemeldet. Wählen Sie jetzt ein neues Passwort.
}
spoiled-title = Wählen Sie ein neues Passwort
spoiled-words = Jemand kennt vielleicht Ihr Passwort. Es meldet auf keinem anderen Gerät an, bis Sie es ändern.
spoiled-act = Neues Passwort wählen
review-due = { $count ->
    [one] 1 Ausgesetztes prüfen
   *[other] { $count } Ausgesetzte prüfen
}
review-due-words = Bis Sie es behalten oder entfernen, ist es ohne Wirkung.
review-act = Prüfen
review-title = Prüfung
review-lead = Was ausgesetzt wurde, als Ihr Konto abgesichert wurde
review-nothing = Es gibt nichts zu prüfen.
review-remove-new = Alles Neue entfernen
review-new-marked = { $count ->
    [one] Ein neuer Eintrag ist zum Entfernen vorgemerkt.
   *[other] { $count } neue Einträge sind zum Entfernen vorgemerkt.
}
review-keep = Behalten
review-added = Hinzugefügt: { $date }
review-added-at = Hinzugefügt: { $date }, von { $address }
review-added-from = Hinzugefügt: { $date }, auf { $device } von { $address }
review-note = „Neu“ ist, was in den letzten 30 Tagen hinzukam. Behalten Sie nur, was Sie kennen.
review-apply = Anwenden
review-apply-title = Ihre Entscheidungen anwenden?
review-apply-words = Behalten: { $kept }. Entfernt: { $removed }. Geben Sie Ihr Passwort ein, um zu bestätigen, dass Sie es sind.
review-done = Ihre Entscheidungen gelten.
guard-passkey = Passkey „{ $name }“

## Password
ways-in-title = Passwort und Anmeldung
ways-in-lead = Wie Sie hineinkommen, auch wenn etwas fehlt
back-in-title = So kommen Sie wieder hinein
back-in-ready = Bereit
back-in-mail = Wenn Sie Ihr Passwort vergessen, geht ein Link an { $address }.
back-in-here = Wenn Sie Ihr Passwort vergessen, wird ein Link als Datei auf diesem Computer gespeichert.
back-in-none = Keine bestätigte Adresse
back-in-none-words = Bestätigen Sie eine E-Mail-Adresse, damit ein Link Sie erreicht, wenn Sie Ihr Passwort vergessen.
password-spoiled = Jemand anders kennt es vielleicht
password-title = Passwort
password-never-changed = Seit dem Anlegen des Kontos nicht geändert
password-changed-on = Zuletzt geändert: { $at }
current-password = Aktuelles Passwort
end-my-others = Meine anderen Geräte abmelden
end-my-others-hint = { $count ->
    [0] Im Moment ist kein anderes Gerät angemeldet.
    [one] Ein anderes Gerät. Dieses bleibt angemeldet.
   *[other] { $count } andere Geräte. Dieses bleibt angemeldet.
}
end-my-others-not = { $count ->
    [0] Im Moment ist kein anderes Gerät angemeldet.
    [one] Ein anderes Gerät bleibt angemeldet.
   *[other] { $count } andere Geräte bleiben angemeldet.
}
change-password = Passwort ändern
password-changed = Ihr Passwort ist geändert.
password-changed-ended = { $count ->
    [one] Ihr Passwort ist geändert, und ein Gerät ist abgemeldet.
   *[other] Ihr Passwort ist geändert, und { $count } Geräte sind abgemeldet.
}
password-mail = Eine E-Mail an jede Ihrer bestätigten Adressen teilt Ihnen die Änderung mit.

## Two-step sign-in
two-step-title = Anmeldung in zwei Schritten
two-step-lead = Zum Passwort noch ein Code von Ihrem Telefon
two-step-off = Die Anmeldung in zwei Schritten ist aus
two-step-off-words = Mit ihr reicht Ihr Passwort allein nicht aus, um hineinzukommen.
two-step-on = Die Anmeldung in zwei Schritten ist an
two-step-since = Eingeschaltet: { $at }
two-step-set-up = Einrichten
two-step-needs-email = Bestätigen Sie zuerst eine E-Mail-Adresse
two-step-needs-email-words = Sonst könnte jemand anderes ein Konto mit Ihrer Adresse anlegen und Sie aussperren.
two-step-mail = Jede Änderung hier teilt Ihnen eine E-Mail an jede Ihrer bestätigten Adressen mit.
two-step-enabled = Die Anmeldung in zwei Schritten ist an. Bewahren Sie jetzt die Codes auf.
two-step-disabled = Die Anmeldung in zwei Schritten ist aus.
two-step-disable-title = Anmeldung in zwei Schritten ausschalten?
two-step-disable-words = Dann öffnet das Passwort allein Ihr Konto, und die Wiederherstellungscodes gelten nicht mehr. Ihre Passkeys werden entfernt.
next-code-words = Jeder Code gilt einmal. Wenn Sie gerade einen benutzt haben, warten Sie bitte auf den nächsten.
scan-title = 1. Scannen Sie dies mit Ihrer Authenticator-App
scan-words = Jede App für Einmal-Codes ist geeignet. Sie behält den Schlüssel und zeigt alle 30 Sekunden einen neuen Code.
type-key = Wenn sie nicht scannen kann, geben Sie dort diesen Schlüssel ein:
copy-key = Schlüssel kopieren
qr-label = QR-Code mit dem Schlüssel für Ihre Authenticator-App
verify-title = 2. Geben Sie den Code ein, den sie anzeigt
verify-words = Eingeschaltet wird erst, wenn Sie einen richtigen Code eingeben.
verify-others-hint = Sie haben sich ohne Code angemeldet. Sie werden abgemeldet, verlieren noch nicht gesendete Änderungen und brauchen für die nächste Anmeldung einen Code.
recovery-codes = Wiederherstellungscodes
codes-left = { $count ->
    [one] Noch einer übrig
   *[other] Noch { $count } übrig
}
codes-made = erzeugt: { $date }
few-codes = { $count ->
    [0] Es ist kein Wiederherstellungscode mehr übrig
    [one] Es ist noch ein Wiederherstellungscode übrig
   *[other] Es sind noch { $count } Wiederherstellungscodes übrig
}
codes-lost = Ihre Wiederherstellungscodes sind nicht angekommen
codes-lost-words = Die Anmeldung in zwei Schritten ist eingeschaltet, aber die Verbindung riss ab, bevor die neuen Codes da waren, und niemand hat sie gesehen. Erzeugen Sie andere: Sie ersetzen diese.
few-codes-words = Erzeugen Sie rechtzeitig neue: Ohne Ihr Telefon kommen Sie nur mit ihnen hinein.
new-codes = Neue Codes erzeugen
new-codes-title = Neue Wiederherstellungscodes erzeugen?
new-codes-words = Die älteren gelten sofort nicht mehr.
codes-title = Bewahren Sie diese Wiederherstellungscodes auf
codes-words = Sie werden nur dieses eine Mal angezeigt. Jeder öffnet Ihr Konto einmal, wenn Ihr Telefon nicht zur Hand ist. Bewahren Sie sie dort auf, wo sonst niemand hinsieht.
codes-of = Konto { $username } auf { $server }, erzeugt: { $at }
codes-of-computer = Konto { $username } auf dem Computer { $computer }, erzeugt: { $at }
save-codes = Speichern
print-codes = Drucken
copy-codes = Kopieren
codes-kept = Ich habe sie aufbewahrt

## Activity
activity-title = Aktivität
activity-lead = Was in Ihrem Konto geschah
activity-nothing = Noch keine Aktivität
activity-older-shown = { $count ->
    [one] Ein älterer Eintrag wird angezeigt.
   *[other] { $count } ältere Einträge werden angezeigt.
}
show-older = Ältere anzeigen
activity-account_created = Das Konto wurde angelegt
activity-signed_in = { $device } hat sich angemeldet
activity-signed_in_from_new_device = { $device } hat sich angemeldet
activity-sign_in_failed = Jemand hat versucht, sich mit einem falschen Passwort anzumelden
activity-sign_in_stopped = Nach hundert falschen Passwörtern nacheinander wurde die Anmeldung gesperrt, bis das Passwort zurückgesetzt ist oder sich ein bekanntes Gerät anmeldet
activity-sign_in_unfinished = Jemand hat zur Anmeldung das richtige Passwort eingegeben, aber 15 Minuten lang keinen richtigen Code
activity-password_refused = Bei einer erneuten Abfrage wurde ein falsches Passwort eingegeben
activity-second_factor_refused = Ein falscher Code oder ein falscher Passkey wurde benutzt
activity-signed_out = { $device } hat sich abgemeldet
activity-device_ended = { $subject } wurde abgemeldet
activity-device_confirmed_ended = { $subject } hat bestätigt, dass die Daten dort vernichtet sind
activity-device_renamed = Ein Gerät heißt jetzt { $subject }
activity-profile_changed = Das Profil wurde geändert
activity-changed-display_name = Der Name wurde in „{ $value }“ geändert
activity-changed-language = Die Sprache wurde auf { $value } umgestellt
activity-changed-time_zone = Die Zeitzone wurde auf { $value } umgestellt
activity-renamed = „{ $before }“ heißt jetzt „{ $after }“
activity-password_changed = Das Passwort wurde geändert
activity-password_reset_requested = Ein Link für ein neues Passwort wurde angefordert
activity-password_reset = Das Passwort wurde über einen Link aus einer E-Mail zurückgesetzt
activity-email_added = { $subject } wurde hinzugefügt
activity-email_confirmed = { $subject } wurde bestätigt
activity-email_made_primary = { $subject } ist jetzt die Hauptadresse
activity-email_removed = { $subject } wurde entfernt
activity-email_change_requested = Ein Wechsel der Hauptadresse zu { $subject } wurde angefordert
activity-email_change_completed = { $subject } ist jetzt die Hauptadresse
activity-email_change_cancelled = Der Wechsel zu { $subject } wurde abgebrochen
activity-email_change_undone = Der Wechsel zu { $subject } wurde von der früheren Adresse aus zurückgenommen
activity-username_changed = Der Benutzername lautet jetzt { $subject }
activity-second_factor_enabled = Die Anmeldung in zwei Schritten wurde eingeschaltet
activity-second_factor_disabled = Die Anmeldung in zwei Schritten wurde ausgeschaltet
activity-second_factor_locked = Nach zehn falschen Codes nacheinander waren Codes 15 Minuten lang gesperrt
activity-recovery_code_used = Ein Wiederherstellungscode wurde benutzt
activity-recovery_codes_replaced = Es gibt neue Wiederherstellungscodes; die älteren gelten nicht mehr
activity-recovery_codes_voided = Die Wiederherstellungscodes wurden bei der Prüfung entfernt
activity-passkey_added = Der Passkey „{ $subject }“ wurde hinzugefügt
activity-passkey_renamed = Ein Passkey heißt jetzt „{ $subject }“
activity-passkey_removed = Der Passkey „{ $subject }“ wurde entfernt
activity-passkey_refused = Der Passkey „{ $subject }“ wurde abgelehnt: Er scheint eine Kopie zu sein
activity-old_token_used = Ein alter Sitzungsschlüssel von „{ $subject }“ wurde benutzt: Er wurde vielleicht kopiert, oder das Gerät wurde aus einer Sicherung wiederhergestellt
activity-sign_in_confirmed = { $subject } wurde freigegeben
activity-sign_in_disowned = { $subject } waren nicht Sie: Das Gerät wurde abgemeldet, und das Passwort ist zu ändern
activity-account_secured = Das Konto wurde abgesichert: Andere Geräte wurden abgemeldet, und was von Fremden sein könnte, wurde ausgesetzt
activity-suspension_lifted = { $subject } wurde bei der Prüfung behalten
activity-mail_bounced = Eine E-Mail an { $subject } kam zurück
activity-mail_failed = Eine E-Mail an { $subject } konnte einen Tag lang nicht verschickt werden
activity-unknown = Diese Version von Latchkey kennt diese Art von Aktivität nicht. Aktualisieren Sie Latchkey, um sie zu sehen.
activity-administrator_granted = Sie sind jetzt Administrator dieses Servers
activity-administrator_revoked = Sie sind nicht mehr Administrator dieses Servers
activity-password_reset_started = { $subject } hat als Administrator Ihr Passwort zurücksetzen lassen
activity-second_factor_reset = { $subject } hat als Administrator die Anmeldung in zwei Schritten ausgeschaltet und alle Geräte abgemeldet
activity-sessions_ended_by_administrator = { $subject } hat als Administrator alle Geräte abgemeldet
activity-user_password_reset_started = Sie haben das Passwort von { $subject } zurücksetzen lassen
activity-user_second_factor_reset = Sie haben die Anmeldung in zwei Schritten von { $subject } zurückgesetzt und alle Geräte abgemeldet
activity-user_sessions_ended = Sie haben alle Geräte von { $subject } abgemeldet
activity-repeated = { $count }-mal seit { $first }
diff-before = Vorher:
diff-after = Jetzt:
activity-time = Zeit
activity-what = Was geschah
activity-first = Zum ersten Mal
activity-count = Wie oft
activity-times = { $count ->
    [one] einmal
   *[other] { $count }-mal
}
activity-device = Gerät
activity-no-device = Nicht von einem angemeldeten Gerät aus
activity-address = IP-Adresse
activity-none-so-far = Bisher keine Treffer. Zeigen Sie ältere Einträge an, um weiter zurück zu suchen.
activity-none-match = Keine Treffer. Verwenden Sie weniger Filter.
filter = Filter
filter-text = Suche
filter-group = Kategorie
filter-all = Alle
activity-group-sign_ins = Anmeldungen
activity-group-devices = Geräte
activity-group-security = Passwort und Anmeldung
activity-group-profile = Profil
activity-group-contacts = E-Mail-Adressen
activity-group-mail = E-Mails
activity-group-administration = Verwaltung
filter-device = Gerät
filter-all-devices = Alle Geräte
filter-time = Zeit
filter-all-time = Jederzeit
filter-days = { $count ->
    [one] Letzte 24 Stunden
   *[other] Letzte { $count } Tage
}
export = Exportieren
export-title = Ihre Aktivität exportieren
export-all = Alles, was mit Ihrem Konto geschah, als Datei in Ihrem Download-Ordner.
export-as-of = Sie enthält, was dieses Gerät weiß: was bis { $at } geschehen ist.
export-incomplete = Sie enthält, was dieses Gerät weiß, und noch ist nicht alles hier angekommen.
export-filtered = Was Sie gerade gefiltert sehen, als Datei in Ihrem Download-Ordner.
export-csv = Als Tabelle (CSV)
export-json = Als Daten (JSON)
exported = { $count ->
    [one] Sie enthält einen Eintrag.
   *[other] Sie enthält { $count } Einträge.
}

## Mail
mail-title = E-Mails
mail-lead = Jede E-Mail an Sie, und ob sie angekommen ist
mail-nothing = Noch keine E-Mails
mail-older-shown = { $count ->
    [one] Eine ältere E-Mail wird angezeigt.
   *[other] { $count } ältere E-Mails werden angezeigt.
}
mail-chip-bounced = kam zurück
mail-status-queued = wartet auf das Senden
mail-status-next = nächster Versuch: { $at }
mail-status-sent = an den E-Mail-Server übergeben: { $at }
mail-status-written = als Datei gespeichert: { $at }
mail-status-bounced = kam zurück: { $at }
mail-status-failed = ließ sich nicht senden: { $at }
mail-status-withdrawn = nicht mehr nötig, { $at }
mail-reason-no_longer_needed = Eine neuere E-Mail trat an ihre Stelle, oder worum es ging, ist erledigt.
mail-reason-too_many = Die Grenze für Links in einer Stunde war erreicht.
mail-reason-gave_up = Einen Tag lang schlug jeder Versuch fehl.
mail-reason-will_try_again = Ein Versuch schlug fehl; es folgt ein weiterer.
mail-reason-refused = Ein E-Mail-Server hat sie endgültig abgelehnt.
mail-recipient = An
mail-subject = Betreff
mail-status = Status
mail-queued = Erstellt
mail-handed-over = An den E-Mail-Server übergeben
mail-written = Gespeichert
mail-answer = Antwort des E-Mail-Servers
mail-text = Text der E-Mail
mail-no-text = Sie hat noch keinen Text: Er wird beim Senden geschrieben.
mail-masked = Wie gesendet; das Geheimnis in einem Link ist durch Punkte ersetzt.
send-again = Erneut senden
mail-sent-again = Sie ist wieder unterwegs an { $address }.

## Users
users-title = Benutzer
users-lead = Alle, die ein Konto auf diesem Server haben
users-search = Suchen
users-search-hint = Teil eines Namens, Benutzernamens oder einer E-Mail-Adresse
users-nobody = Keine Treffer. Versuchen Sie eine kürzere Suche.
users-found = { $count ->
    [one] Eine Person wird angezeigt.
   *[other] { $count } Personen werden angezeigt.
}
users-more = Mehr anzeigen
users-closed-title = Die Verwaltung braucht Ihr Passwort
users-closed-words = Hier geht es um die Konten anderer. Nach Eingabe Ihres Passworts bleibt die Verwaltung 10 Minuten offen.
users-open = Verwaltung öffnen
users-offline-title = Die Verwaltung braucht eine Verbindung
users-offline-words = Die Konten anderer werden nie auf diesem Gerät gespeichert. Sie sehen sie hier, sobald der Server erreichbar ist.
users-forbidden-title = Sie sind nicht Administrator dieses Servers
users-forbidden-words = Nur seine Administratoren sehen die Konten anderer. Wer das ist, entscheiden die Betreiber des Servers.
user-administrator = Administrator
user-you = Sie
user-edit = Bearbeiten
user-back = Alle Benutzer
user-basic = Grunddaten
user-login = Benutzername
user-name = Name
user-password = Passwort
user-password-own = Nur Sie kennen es.
user-password-theirs = Nur { $name } kennt es. Sie können es zurücksetzen lassen, aber nie setzen oder sehen.
user-start-reset = Passwort zurücksetzen lassen
user-emails = E-Mail-Adressen
user-email-unconfirmed = nicht bestätigt
user-role = Rolle
user-role-person = Person
user-role-administrator = Administrator dieses Servers
user-created = Konto seit
user-last-active = Zuletzt aktiv
user-last-active-long-ago = Vor mehr als einem Monat
user-sign-in = Anmeldung
user-two-step-on-words = Bei jeder Anmeldung wird ein Code verlangt.
user-two-step-off-words = Das Passwort allein öffnet das Konto.
user-two-step-reset = Anmeldung in zwei Schritten zurücksetzen
user-devices = { $count ->
    [0] Kein Gerät ist angemeldet
    [one] Ein Gerät ist angemeldet
   *[other] { $count } Geräte sind angemeldet
}
user-devices-words = Welche, sieht nur { $name }.
user-end-devices = Alle Geräte abmelden
user-see-devices = Geräte ansehen
user-see-two-step = Anmeldung in zwei Schritten ansehen
user-secured-title = { $name } hat gesagt: „Das war ich nicht“
user-secured-words = Jemand kennt vielleicht das Passwort von { $name }. Es meldet auf keinem anderen Gerät an, bis { $name } ein neues wählt. Ein Link zum Zurücksetzen von hier aus hilft.
user-no-address = Keine E-Mail-Adresse von { $name } ist bestätigt; deshalb lässt sich kein Link für ein neues Passwort senden.
user-reset-title = Passwort von { $name } zurücksetzen lassen?
user-reset-words = An { $address } geht eine E-Mail mit einem Link, in der steht, dass Sie das veranlasst haben. Damit wählt { $name } ein neues Passwort; Sie sehen es nicht, und bis dahin gilt das jetzige.
user-reset-act = E-Mail senden
user-reset-done = Eine E-Mail mit einem Link ist unterwegs an { $address }. Das neue Passwort wird nur { $name } kennen.
user-reset-too-many = { $name } hat schon mehrere solche E-Mails bekommen. Die nächste geht in { $minutes ->
    [one] einer Minute.
   *[other] { $minutes } Minuten.
}
user-two-step-title = Anmeldung in zwei Schritten von { $name } zurücksetzen?
user-two-step-words = Danach öffnet das Passwort allein das Konto. Die Wiederherstellungscodes gelten nicht mehr, alle Geräte von { $name } werden abgemeldet, und jede bestätigte Adresse erfährt per E-Mail, dass Sie es waren.
user-two-step-sure = Vergewissern Sie sich, dass wirklich { $name } darum bittet: Jemand mit dem Passwort könnte versuchen, hineinzukommen.
user-two-step-done = Die Anmeldung in zwei Schritten von { $name } ist ausgeschaltet, und alle Geräte sind abgemeldet.
user-end-title = Alle Geräte von { $name } abmelden?
user-end-words = { $name } muss sich auf jedem Gerät neu anmelden und erfährt per E-Mail, dass Sie es waren. Das Passwort bleibt dasselbe.
user-end-done = { $count ->
    [0] Von { $name } war kein Gerät angemeldet.
    [one] Ein Gerät von { $name } ist abgemeldet.
   *[other] { $count } Geräte von { $name } sind abgemeldet.
}

## Preferences
preferences-title = Einstellungen
preferences-lead = Wie sich Latchkey auf diesem Gerät verhält
preferences-looks = Aussehen
preferences-window = Fenster
preferences-saved = Gespeichert.
theme = Design
theme-system = System
theme-light = Hell
theme-dark = Dunkel
text-size = Textgröße
text-size-hint = Auch mit Strg oder ⌘ und +, − oder 0, oder mit Strg und dem Mausrad.
app-language = Sprache der App
app-language-hint = Teil Ihres Profils: Sie ändert sich auf allen Ihren Geräten.
stay-in-tray = Beim Schließen des Fensters im Infobereich bleiben
stay-in-tray-hint = Latchkey gleicht weiter ab und meldet Ihnen, wenn sich jemand anmeldet.
stay-in-tray-impossible = Diese Arbeitsumgebung hat keinen Infobereich; schließen Sie das Fenster, endet Latchkey.
preferences-log = Protokoll
preferences-log-words = Latchkeys Protokoll, für alle, die Ihnen helfen. Es enthält keine Geheimnisse.
show-log = Protokoll zeigen

## Passkeys

passkeys-title = Passkeys
passkeys-yours = Ihre Passkeys
passkeys-short = Beim Anmelden anstelle des Codes
passkeys-count = { $count ->
    [0] Keiner
    [one] Ein Passkey
   *[other] { $count } Passkeys
}
manage-passkeys = Passkeys verwalten
passkeys-words = Ein Passkey in diesem Computer, einem Telefon oder einem USB-Schlüssel ersetzt bei der Anmeldung den Code.
passkeys-full = Sie können bis zu zehn Passkeys haben.
passkey-why-browser = Passkeys funktionieren im Browser und nicht in diesem Fenster. Deshalb öffnet Latchkey dort die Seite Ihres Servers.
passkeys-obstacle-needs_https = Passkeys sind mit diesem Server nicht möglich: Browser verlangen eine Adresse, die mit https beginnt.
passkeys-obstacle-needs_name = Passkeys sind mit diesem Server nicht möglich: Browser verlangen einen Namen als Adresse, und er hat eine Nummer.
passkeys-obstacle-available = Passkeys sind mit diesem Server möglich.
passkey-add = Passkey hinzufügen
passkey-added = Der Passkey „{ $name }“ wurde hinzugefügt.
passkey-go-on = Machen Sie im Browser weiter
passkey-go-on-words = Geben Sie dem Passkey dort einen Namen und wählen Sie, wo er aufbewahrt wird. Er erscheint hier, sobald er hinzugefügt ist.
passkey-no-browser = Es hat sich kein Browser geöffnet
passkey-open-address = Öffnen Sie diese Adresse in einem Browser auf diesem Computer. Sie gilt einmal und enthält ein Geheimnis: Zeigen Sie sie niemandem.
passkey-copy-address = Adresse kopieren
passkey-since = Hinzugefügt am { $date }
passkey-never-used = noch nicht benutzt
passkey-last-used = zuletzt benutzt { $ago }
passkey-name = Name des Passkeys
passkey-rename-title = { $name } umbenennen
passkey-renamed = Der Passkey heißt jetzt „{ $name }“.
passkey-remove-title = { $name } entfernen?
passkey-remove-words = Sie können sich damit nicht mehr anmelden. Authenticator-App und Wiederherstellungscodes bleiben, wie sie sind. Der Passkey selbst bleibt, wo er aufbewahrt ist; dort können Sie ihn löschen.
passkey-removed = Der Passkey „{ $name }“ wurde entfernt.
use-passkey = Passkey benutzen
passkey-use-title = Passkey benutzen
passkey-use-words = Machen Sie im Browser weiter. Wenn er Ihren Passkey angenommen hat, bringt er Sie hierher zurück.
passkey-completion = Code aus dem Browser
passkey-completion-hint = Nur wenn der Browser Sie nicht hierher zurückbringt
completion-wrong = Dieser Code stimmt nicht oder ist abgelaufen. Geben Sie den ein, den der Browser zeigt, oder gehen Sie zurück und beginnen Sie neu.
completion-required = Geben Sie den Code ein, den der Browser zeigt.
