# Was der Server schreibt: E-Mails und Seiten im Browser. Jede Datei hier hat dieselben Meldungen mit denselben Variablen.

moment = { $day }.{ $month }.{ $year }, { $hour }:{ $minute } Uhr ({ $zone })

## E-Mails

mail-greeting = Guten Tag,
mail-done-by = Das geschah auf dem Gerät „{ $device }“, von { $origin } aus.
mail-done-from = Das geschah von { $origin } aus.
mail-footer = Latchkey auf { $host } schickt diese E-Mail zum Konto „{ $username }“.

confirm-email-subject = Bitte bestätigen Sie Ihre E-Mail-Adresse
confirm-email-heading = E-Mail-Adresse bestätigen
confirm-email-reason = Die Adresse { $address } wurde beim Konto „{ $username }“ auf { $host } eingetragen. Bitte bestätigen Sie, dass sie Ihnen gehört.
confirm-email-button = Diese Adresse bestätigen
confirm-email-app = In der Latchkey-App öffnen
confirm-email-validity = Der Link gilt einmal und 24 Stunden lang. Eine neuere E-Mail ersetzt ihn.
confirm-email-not-you = Wenn Sie davon nichts wissen, tun Sie nichts. Eine Adresse, die niemand bestätigt, wird nicht verwendet.

address-in-use-subject = Jemand wollte Ihre E-Mail-Adresse eintragen
address-in-use-heading = Jemand wollte Ihre E-Mail-Adresse eintragen
address-in-use-reason = { $address } wurde auf { $host } bei einem anderen Konto eingetragen. Sie gehört zu Ihrem Konto „{ $username }“, deshalb hat sich nichts geändert.
address-in-use-you = Wenn Sie das waren: Melden Sie sich bei „{ $username }“ an, oder entfernen Sie die Adresse zuerst dort.
address-in-use-not-you = Wenn Sie es nicht waren, müssen Sie nichts tun.

email-added-subject = Ihr Konto hat eine weitere E-Mail-Adresse
email-added-heading = Eine E-Mail-Adresse ist dazugekommen
email-added-reason = { $address } wurde am { $moment } bei Ihrem Konto „{ $username }“ eingetragen. Verwendet wird sie erst, wenn sie bestätigt ist.

email-removed-subject = Eine E-Mail-Adresse wurde aus Ihrem Konto entfernt
email-removed-heading = Eine E-Mail-Adresse wurde entfernt
email-removed-reason = { $address } wurde am { $moment } aus Ihrem Konto „{ $username }“ entfernt.

email-made-primary-subject = Ihr Konto hat eine neue Hauptadresse
email-made-primary-heading = Neue Hauptadresse
email-made-primary-reason = { $address } ist seit { $moment } die Hauptadresse Ihres Kontos „{ $username }“.

sign-in-alert-subject = Ein neues Gerät hat sich bei Ihrem Konto angemeldet
sign-in-alert-heading = Waren Sie das?
sign-in-alert-reason = Am { $moment } hat sich ein Gerät bei Ihrem Konto „{ $username }“ angemeldet, das noch nie da war. Es nennt sich „{ $device }“ ({ $system }) und kam von { $origin }.
sign-in-alert-nameless = Am { $moment } hat sich ein Gerät bei Ihrem Konto „{ $username }“ angemeldet, das noch nie da war. Es sagt nicht, wie es heißt ({ $system }), und kam von { $origin }.
sign-in-alert-button = Diese Anmeldung prüfen
sign-in-alert-effect = Beide Antworten stehen auf der Seite hinter dem Link; das Öffnen ändert noch nichts. Waren Sie es nicht, werden alle Geräte abgemeldet, und niemand kann Ihre E-Mail-Adressen oder die Anmeldung in zwei Schritten ändern oder Ihr Passwort zurücksetzen, bis Sie es wieder erlauben.
sign-in-alert-validity = Der Link gilt 7 Tage und so lange, bis jemand geantwortet hat. Sie können auch in Latchkey antworten, auf einem Gerät, das Sie schon früher benutzt haben.

account-frozen-subject = Ihr Konto ist eingefroren
account-frozen-heading = Ihr Konto ist eingefroren
account-frozen-reason = Am { $moment } hat jemand zur Anmeldung auf „{ $device }“ bei Ihrem Konto „{ $username }“ gesagt: Das war ich nicht.
account-frozen-nameless = Am { $moment } hat jemand zur Anmeldung auf einem Gerät ohne Namen bei Ihrem Konto „{ $username }“ gesagt: Das war ich nicht.
account-frozen-effect = Was dieses Gerät geändert hat, ist rückgängig gemacht: Passwort, Benutzername, E-Mail-Adressen, Anmeldung in zwei Schritten, Passkeys. Wiederherstellungscodes, die es erzeugen ließ, gelten nicht mehr. Die anderen Geräte wurden abgemeldet. E-Mail-Adressen und die Anmeldung in zwei Schritten lassen sich vorerst nicht ändern, das Passwort lässt sich nicht zurücksetzen.
account-frozen-next = So geht es weiter: Öffnen Sie Latchkey auf einem Gerät, das Sie schon früher benutzt haben, melden Sie sich an, wählen Sie ein neues Passwort und heben Sie dann die Sperre auf. Haben nicht Sie das gesagt, können Sie die Sperre auf demselben Weg aufheben.

freeze-lifted-subject = Ihr Konto ist nicht mehr eingefroren
freeze-lifted-heading = Ihr Konto ist nicht mehr eingefroren
freeze-lifted-reason = Die Sperre Ihres Kontos „{ $username }“ wurde am { $moment } auf dem Gerät „{ $device }“ aufgehoben.
freeze-lifted-nameless = Die Sperre Ihres Kontos „{ $username }“ wurde am { $moment } auf einem Gerät ohne Namen aufgehoben.
freeze-lifted-by-operator-reason = Wer { $host } betreibt, hat die Sperre Ihres Kontos „{ $username }“ am { $moment } aufgehoben.
freeze-lifted-by-operator-next = Fordern Sie jetzt dort, wo Sie sich anmelden, ein neues Passwort an. Wenn Sie nicht darum gebeten haben, die Sperre aufzuheben, wenden Sie sich an den Betreiber von { $host }.

reset-password-subject = Wählen Sie ein neues Passwort
reset-password-heading = Neues Passwort wählen
reset-password-reason = Jemand hat ein neues Passwort für das Konto „{ $username }“ auf { $host } angefordert. Wenn Sie das waren, folgen Sie dem Link.
reset-password-button = Neues Passwort wählen
reset-password-app = In der Latchkey-App öffnen
reset-password-validity = Der Link gilt einmal, und zwar 10 Minuten ab dem Versand dieser E-Mail. Eine neuere E-Mail ersetzt ihn.
reset-password-not-you = Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.

password-changed-subject = Ihr Passwort wurde geändert
password-changed-heading = Ihr Passwort wurde geändert
password-changed-reason = Das Passwort Ihres Kontos „{ $username }“ wurde am { $moment } geändert.

password-reset-subject = Ihr Passwort wurde zurückgesetzt
password-reset-heading = Ihr Passwort wurde zurückgesetzt
password-reset-reason = Das Passwort Ihres Kontos „{ $username }“ wurde am { $moment } mit einem Link aus einer E-Mail zurückgesetzt. Alle Geräte wurden abgemeldet.

confirm-email-change-subject = Bitte bestätigen Sie Ihre neue E-Mail-Adresse
confirm-email-change-heading = Neue E-Mail-Adresse bestätigen
confirm-email-change-reason = Das Konto „{ $username }“ auf { $host } soll { $address } als Hauptadresse bekommen. Bitte bestätigen Sie, dass sie Ihnen gehört.
confirm-email-change-button = Diese Adresse bestätigen
confirm-email-change-app = In der Latchkey-App öffnen
confirm-email-change-validity = Der Link gilt einmal und 24 Stunden lang.
confirm-email-change-not-you = Wenn Sie davon nichts wissen, tun Sie nichts. Ohne Sie ändert sich nichts.
approve-email-change-subject = Bitte stimmen Sie dem Wechsel Ihrer E-Mail-Adresse zu
approve-email-change-heading = Möchten Sie Ihre Hauptadresse wechseln?
approve-email-change-reason = Das Konto „{ $username }“ auf { $host } soll statt dieser Adresse { $address } als Hauptadresse bekommen. Gewechselt wird, sobald beide Adressen zugestimmt haben.
approve-email-change-button = Dem Wechsel zustimmen
approve-email-change-not-you = Wenn Sie das nicht wollten, stimmen Sie nicht zu. Die andere E-Mail dazu enthält einen Link, der den Wechsel abbricht.
email-change-requested-subject = Ein Wechsel Ihrer Hauptadresse wurde angefordert
email-change-requested-heading = Ein Wechsel Ihrer Hauptadresse wurde angefordert
email-change-requested-reason = Am { $moment } wurde ein Wechsel der Hauptadresse des Kontos „{ $username }“ zu { $address } angefordert.
email-change-requested-effect = Wenn Sie das waren, müssen Sie nichts tun. Wenn nicht, brechen Sie den Wechsel mit dem Link ab; er gilt bis 7 Tage nach dem Wechsel. Diese Adresse bleibt dann die Hauptadresse, alle Geräte werden abgemeldet, und Sie wählen ein neues Passwort.
email-change-requested-button = Wechsel abbrechen
email-change-completed-subject = Ihre Hauptadresse hat gewechselt
email-change-completed-heading = Ihre Hauptadresse hat gewechselt
email-change-completed-reason = Seit { $moment } ist { $address } die Hauptadresse des Kontos „{ $username }“.
email-change-completed-effect = Wenn Sie das nicht waren, machen Sie es innerhalb von 7 Tagen rückgängig: Diese Adresse wird wieder die Hauptadresse, alle seither hinzugefügten Adressen werden entfernt, alle Geräte werden abgemeldet, und Sie können ein neues Passwort festlegen.
email-change-completed-button = Wechsel rückgängig machen
email-change-undone-subject = Der Wechsel Ihrer E-Mail-Adresse wurde rückgängig gemacht
email-change-undone-heading = Wechsel rückgängig gemacht
email-change-undone-reason = Am { $moment } wurde der Wechsel der Hauptadresse des Kontos „{ $username }“ rückgängig gemacht. { $address } ist wieder die Hauptadresse, und alle Geräte wurden abgemeldet.
email-change-undone-next = Wer sie gewechselt hatte, kennt vielleicht Ihr Passwort: Legen Sie ein neues fest, bevor Sie sich wieder anmelden.
username-changed-subject = Ihr Benutzername hat sich geändert
username-changed-heading = Neuer Benutzername
username-changed-reason = Am { $moment } wurde der Benutzername Ihres Kontos auf { $host } geändert. Er lautet jetzt „{ $username }“: Melden Sie sich damit an.
username-changed-dots = In E-Mails steht statt eines Punktes im Benutzernamen ein Leerzeichen, damit kein E-Mail-Programm einen Link daraus macht.
second-factor-enabled-subject = Die Anmeldung in zwei Schritten ist eingeschaltet
second-factor-enabled-heading = Anmeldung in zwei Schritten eingeschaltet
second-factor-enabled-reason = Für das Konto „{ $username }“ wurde am { $moment } die Anmeldung in zwei Schritten eingeschaltet. Bei jeder Anmeldung brauchen Sie jetzt einen Code.
second-factor-disabled-subject = Die Anmeldung in zwei Schritten ist ausgeschaltet
second-factor-disabled-heading = Anmeldung in zwei Schritten ausgeschaltet
second-factor-disabled-reason = Für das Konto „{ $username }“ wurde am { $moment } die Anmeldung in zwei Schritten ausgeschaltet. Bei der Anmeldung brauchen Sie keinen Code mehr.
sign-in-stopped-subject = Jemand versucht, Ihr Passwort zu erraten
sign-in-stopped-heading = Die Anmeldung ist auf neuen Geräten gesperrt
sign-in-stopped-reason = Bis { $moment } hat jemand für das Konto „{ $username }“ hundert falsche Passwörter nacheinander eingegeben, das letzte von { $origin } aus. Ihr Passwort wurde nicht gefunden.
sign-in-stopped-next = Auf einem Gerät, das Sie schon benutzt haben, können Sie sich weiter anmelden; das hebt die Sperre auch für andere auf. Um sich jetzt auf einem neuen anzumelden, wählen Sie ein neues Passwort.
sign-in-unfinished-subject = Jemand kennt Ihr Passwort
sign-in-unfinished-heading = Jemand hat Ihr Passwort
sign-in-unfinished-reason = Bis { $moment } hat jemand das richtige Passwort für das Konto „{ $username }“ eingegeben, aber 15 Minuten lang keinen richtigen Code, und kam deshalb nicht hinein. Name des Geräts: „{ $device }“ ({ $system }), verbunden von { $origin } aus.
sign-in-unfinished-nameless = Bis { $moment } hat jemand das richtige Passwort für das Konto „{ $username }“ eingegeben, aber 15 Minuten lang keinen richtigen Code, und kam deshalb nicht hinein. Das Gerät hat keinen Namen ({ $system }) und war von { $origin } aus verbunden.
second-factor-locked-subject = Für Ihr Konto wurden zehn falsche Codes probiert
second-factor-locked-heading = Codes sind 15 Minuten lang gesperrt
second-factor-locked-reason = Bis { $moment } wurden für das Konto „{ $username }“ zehn falsche Codes nacheinander eingegeben, der letzte von { $origin } aus. Von da an wird 15 Minuten lang kein Code angenommen.
second-factor-locked-next = Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es jetzt.
recovery-code-used-subject = Ein Wiederherstellungscode wurde benutzt
recovery-code-used-heading = Wiederherstellungscode benutzt
recovery-code-used-reason = Am { $moment } wurde für das Konto „{ $username }“ statt der Authenticator-App ein Wiederherstellungscode benutzt. Er gilt nicht noch einmal.
recovery-codes-replaced-subject = Sie haben neue Wiederherstellungscodes
recovery-codes-replaced-heading = Neue Wiederherstellungscodes
recovery-codes-replaced-reason = Am { $moment } wurden für das Konto „{ $username }“ neue Wiederherstellungscodes erzeugt. Die älteren gelten nicht mehr.
administrator-granted-subject = Sie sind jetzt Administrator dieses Servers
administrator-granted-heading = Sie sind jetzt Administrator
administrator-granted-reason = Die Betreiber von { $host } haben das Konto „{ $username }“ am { $moment } zum Administrator gemacht. Sie können jetzt anderen bei ihren Konten helfen.
administrator-granted-effect = Öffnen Sie in Latchkey die „Verwaltung“ in der Seitenleiste. Sie fragt nach Ihrem Passwort und bleibt zehn Minuten offen.
administrator-revoked-subject = Sie sind nicht mehr Administrator dieses Servers
administrator-revoked-heading = Sie sind nicht mehr Administrator
administrator-revoked-reason = Am { $moment } haben die Betreiber von { $host } dem Konto „{ $username }“ die Rolle des Administrators entzogen. Ihr eigenes Konto bleibt, wie es ist.
administrator-revoked-next = Wenn das ein Irrtum ist, fragen Sie die Betreiber des Servers.
password-reset-started-subject = Wählen Sie ein neues Passwort
password-reset-started-heading = Neues Passwort wählen
password-reset-started-reason = „{ $administrator }“ hat als Administrator von { $host } das Passwort Ihres Kontos „{ $username }“ zurücksetzen lassen. Folgen Sie dem Link und wählen Sie ein neues. Nur Sie werden es kennen: Administratoren können es weder setzen noch sehen.
password-reset-started-not-wanted = Wenn Sie nicht darum gebeten haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Sie können „{ $administrator }“ fragen, worum es ging; verraten Sie aber niemandem Ihr Passwort oder diesen Link.
second-factor-reset-subject = Ihre Anmeldung in zwei Schritten wurde von einem Administrator ausgeschaltet
second-factor-reset-heading = Anmeldung in zwei Schritten ausgeschaltet
second-factor-reset-reason = Am { $moment } hat „{ $administrator }“ als Administrator die Anmeldung in zwei Schritten für Ihr Konto „{ $username }“ ausgeschaltet. Ihre Wiederherstellungscodes gelten nicht mehr, und alle Ihre Geräte wurden abgemeldet.
second-factor-reset-next = So geht es weiter: Melden Sie sich mit Ihrem Passwort an und richten Sie die Anmeldung in zwei Schritten neu ein.
sessions-ended-subject = Ein Administrator hat alle Ihre Geräte abgemeldet
sessions-ended-heading = Alle Ihre Geräte wurden abgemeldet
sessions-ended-reason = Am { $moment } hat „{ $administrator }“ als Administrator alle Geräte Ihres Kontos „{ $username }“ abgemeldet.
sessions-ended-next = So geht es weiter: Melden Sie sich dort wieder an, wo Sie es brauchen. Ihr Passwort ist dasselbe wie zuvor.
by-administrator-not-wanted = Wenn Sie das nicht erwartet haben, fragen Sie „{ $administrator }“. Um Ihnen zu helfen, braucht niemand Ihr Passwort: Verraten Sie es niemandem.
passkey-added-subject = Ihrem Konto wurde ein Passkey hinzugefügt
passkey-added-heading = Passkey hinzugefügt
passkey-added-reason = Der Passkey „{ $device }“ wurde am { $moment } dem Konto „{ $username }“ hinzugefügt. Er kann den Code ersetzen, wenn sich jemand mit Ihrem Passwort anmeldet.
passkey-added-nameless = Ein Passkey ohne Namen wurde am { $moment } dem Konto „{ $username }“ hinzugefügt. Er kann den Code ersetzen, wenn sich jemand mit Ihrem Passwort anmeldet.
passkey-removed-subject = Ein Passkey wurde von Ihrem Konto entfernt
passkey-removed-heading = Passkey entfernt
passkey-removed-reason = Der Passkey „{ $device }“ wurde am { $moment } vom Konto „{ $username }“ entfernt.
passkey-removed-nameless = Ein Passkey ohne Namen wurde am { $moment } vom Konto „{ $username }“ entfernt.
passkey-refused-subject = Ein Passkey Ihres Kontos wurde abgelehnt
passkey-refused-heading = Passkey abgelehnt
passkey-refused-reason = Am { $moment } hat jemand von { $origin } aus den Passkey „{ $device }“ des Kontos „{ $username }“ benutzt. Er wurde abgelehnt, weil er eine Kopie zu sein scheint.
passkey-refused-nameless = Am { $moment } hat jemand von { $origin } aus einen Passkey ohne Namen des Kontos „{ $username }“ benutzt. Er wurde abgelehnt, weil er eine Kopie zu sein scheint.
passkey-refused-next = Öffnen Sie Latchkey, entfernen Sie diesen Passkey unter „Anmeldung in zwei Schritten“ und fügen Sie ihn neu hinzu. Wenn Sie ihn nicht selbst benutzt haben, ändern Sie auch Ihr Passwort.

mail-not-you = Wenn Sie es nicht waren, ist jemand anderes in Ihrem Konto: Öffnen Sie Latchkey, beenden Sie unter „Geräte“ alle, die Sie nicht kennen, stellen Sie unter „Kontakte“ die Adressen richtig, und sagen Sie es denen, die { $host } betreiben. Kommen Sie nicht mehr hinein, fordern Sie dort, wo Sie sich anmelden, ein neues Passwort an.
mail-new-password = Neues Passwort wählen

## Seiten

page-product = Latchkey

page-confirm-title = Adresse bestätigen
page-confirm-explanation = Mit dem Knopf bestätigen Sie, dass die Adresse, an die dieser Link ging, Ihnen gehört. Das Öffnen der Seite hat noch nichts geändert.
page-confirm-button = Diese Adresse bestätigen
page-confirm-app = Stattdessen in der Latchkey-App öffnen

page-confirmed-title = Adresse bestätigt
page-confirmed-explanation = { $address } ist bestätigt.
page-confirmed-next = Sie können diese Seite schließen. Latchkey weiß es schon.

page-already-title = Schon bestätigt
page-already-explanation = Dieser Link wurde schon geöffnet und hat seinen Zweck erfüllt. Es ist nichts weiter zu tun.
page-spent-title = Dieser Link gilt nicht mehr
page-spent-explanation = Er wurde schon benutzt, durch einen neueren ersetzt oder ist älter als 24 Stunden. Es hat sich nichts geändert.
page-spent-next = Falls die Adresse noch wartet: Öffnen Sie Latchkey, gehen Sie zu „Kontakte“ und wählen Sie neben der Adresse „Link erneut senden“. Nehmen Sie dann den Link aus der neuesten E-Mail.

page-elsewhere-title = Diese Adresse gehört zu einem anderen Konto
page-elsewhere-explanation = Jemand mit Zugang zu diesem Postfach hat die Adresse für ein anderes Konto bestätigt. Es hat sich nichts geändert.
page-elsewhere-next = Wenn beide Konten Ihnen gehören: Entfernen Sie die Adresse aus dem anderen und fordern Sie dann einen neuen Link an.

page-change-title = Dem Adresswechsel zustimmen
page-change-explanation = Mit dem Knopf stimmen Sie dem Wechsel der Hauptadresse Ihres Kontos zu. Das Öffnen der Seite hat noch nichts geändert.
page-change-button = Dem Wechsel zustimmen
page-changed-title = Adresse gewechselt
page-changed-explanation = { $address } ist jetzt die Hauptadresse.
page-change-waits-title = Zugestimmt
page-change-waits-explanation = Dem Wechsel zu { $address } muss noch die andere Adresse zustimmen. Auch dorthin ging ein Link.
page-change-spent-explanation = Er wurde schon benutzt, der Wechsel wurde abgebrochen oder durch einen neueren ersetzt, oder der Link ist älter als 24 Stunden. Es hat sich nichts geändert.
page-change-spent-next = Wenn Sie weiterhin wechseln möchten: Öffnen Sie Latchkey, gehen Sie zu „Kontakte“ und beginnen Sie den Wechsel noch einmal.
page-undo-title = Stammt der Adresswechsel nicht von Ihnen?
page-undo-explanation = Der Knopf bricht den Wechsel ab oder macht ihn rückgängig: Die Adresse, an die dieser Link ging, ist wieder die Hauptadresse, alle seither hinzugefügten werden entfernt, und alle Geräte werden abgemeldet. Das Öffnen der Seite hat noch nichts geändert.
page-undo-button = Ich war das nicht: rückgängig machen
page-undone-title = Rückgängig gemacht
page-undone-explanation = { $address } ist die Hauptadresse des Kontos „{ $username }“, und alle Geräte sind abgemeldet.
page-undone-next = Wer den Wechsel wollte, kennt vielleicht Ihr Passwort. Legen Sie jetzt ein neues fest.
page-undone-reset = Neues Passwort festlegen
page-undo-spent-explanation = Er wurde schon benutzt, oder der Wechsel liegt mehr als 7 Tage zurück. Es hat sich nichts geändert.
page-undo-spent-next = Wenn jemand anderes in Ihrem Konto ist: Legen Sie ein neues Passwort fest, und sagen Sie es denen, die diesen Server betreiben.

page-later-title = Im Moment nicht möglich
page-later-explanation = Der Server konnte das gerade nicht tun. Es hat sich nichts geändert, und der Link gilt weiter.
page-later-next = Warten Sie einen Augenblick, gehen Sie zurück und drücken Sie den Knopf noch einmal.

page-frozen-title = Ihr Konto ist eingefroren
page-frozen-explanation = Jemand hat zu einer Anmeldung bei diesem Konto gesagt: Das war ich nicht. Bis die Sperre aufgehoben ist, geht das nicht. Es hat sich nichts geändert.
page-frozen-next = Öffnen Sie Latchkey auf einem Gerät, das Sie schon früher benutzt haben, melden Sie sich an und heben Sie die Sperre dort auf.

page-alert-title = War diese Anmeldung Ihre?
page-alert-explanation = Ein Gerät, das noch nie da war, hat sich bei Ihrem Konto angemeldet. In der Mail steht, welches, wann und von wo. Das Öffnen dieser Seite hat noch nichts geändert.
page-alert-effect = Waren Sie es nicht, werden alle Geräte abgemeldet, und niemand kann Ihre E-Mail-Adressen oder die Anmeldung in zwei Schritten ändern oder Ihr Passwort zurücksetzen, bis Sie es auf einem früher benutzten Gerät wieder erlauben.
page-alert-mine = Das war ich
page-alert-not-mine = Das war ich nicht

page-alert-confirmed-title = Danke
page-alert-confirmed-explanation = Die Anmeldung auf „{ $device }“ war Ihre. Mehr ist nicht zu tun.

page-alert-disowned-title = Ihr Konto ist eingefroren
page-alert-disowned-explanation = „{ $device }“ und alle anderen Geräte wurden abgemeldet. E-Mail-Adressen, die Anmeldung in zwei Schritten und das Zurücksetzen des Passworts sind gesperrt.
page-alert-disowned-next = So geht es weiter: Öffnen Sie Latchkey auf einem Gerät, das Sie schon früher benutzt haben, und melden Sie sich an. Wählen Sie ein neues Passwort und heben Sie dann die Sperre auf.

page-alert-spent-title = Dieser Link gilt nicht mehr
page-alert-spent-explanation = Jemand hat schon geantwortet, ein neuerer Link hat diesen ersetzt, oder er ist älter als 7 Tage. Es hat sich nichts geändert.
page-alert-spent-next = In Latchkey sehen Sie unter „Geräte“, wer angemeldet ist, und können jedes Gerät abmelden, das nicht Ihres ist.

page-forgot-title = Passwort vergessen?
page-forgot-explanation = Sie können einen Link für ein neues Passwort per E-Mail bekommen. Um welches Konto geht es?
page-forgot-login = Benutzername oder E-Mail
page-forgot-button = Link senden
page-forgot-sent-title = Sehen Sie in Ihr Postfach
page-forgot-sent-explanation = Wenn es ein Konto mit diesem Namen und einer bestätigten E-Mail-Adresse gibt, ist eine E-Mail mit einem Link unterwegs. Der Link gilt 10 Minuten ab dem Versand der E-Mail, und ein neuerer ersetzt ihn. Diese Seite sagt bei jedem Namen dasselbe, damit niemand herausfindet, wer ein Konto hat.
page-forgot-sent-help = Nach ein paar Minuten noch keine E-Mail? Sehen Sie im Spam-Ordner nach. Prüfen Sie, ob Sie den Namen oder die Adresse Ihres Kontos eingegeben haben, ohne Tippfehler. Fordern Sie dann noch einen Link an; nach drei E-Mails gibt es eine je Stunde. Wenn auch dann nichts kommt, wenden Sie sich an die, die { $host } betreiben.
page-forgot-again = Neuen Link anfordern

page-reset-title = Neues Passwort wählen
page-reset-explanation = Damit werden alle Geräte abgemeldet, und Sie melden sich mit dem neuen Passwort an.
page-reset-username = Benutzername
page-reset-username-hint = Freiwillig. Für Ihren Passwort-Manager, damit er das neue Passwort beim richtigen Konto speichert.
page-reset-password = Neues Passwort
page-reset-repeat = Passwort wiederholen
page-reset-code = Code aus Ihrer Authenticator-App
page-reset-code-hint = Die sechs Ziffern, die sie gerade zeigt, oder einer Ihrer Wiederherstellungscodes.
page-reset-passkey = Passkey statt des Codes benutzen
page-reset-button = Passwort setzen
page-reset-app = Stattdessen in der Latchkey-App öffnen
page-reset-done-title = Ihr Passwort ist geändert
page-reset-done-explanation = Alle Geräte wurden abgemeldet. Öffnen Sie Latchkey und melden Sie sich mit dem neuen Passwort an.
page-reset-done-app = Latchkey öffnen und anmelden
page-reset-spent-title = Dieser Link gilt nicht mehr
page-reset-spent-explanation = Er wurde schon benutzt, durch einen neueren ersetzt, ist älter als 10 Minuten, oder das Passwort wurde inzwischen geändert. Sie können einen neuen Link anfordern.

page-rule-length = Mindestens { $minimum } Zeichen.
page-rule-second-factor = Mit eingeschalteter Anmeldung in zwei Schritten genügen { $minimum }.
page-rule-maximum = Höchstens { $maximum }.
page-rule-classes = Groß- und Kleinbuchstaben, eine Ziffer und ein anderes Zeichen.
page-field-required = Erforderlich
page-field-too-short = Das ist zu kurz.
page-field-too-long = Das ist zu lang. Es wurde nichts abgeschnitten und nichts gesetzt; bitte kürzen Sie es.
page-field-too-common = Dieses Passwort ist leicht zu erraten. Nehmen Sie ein paar Wörter dazu.
page-field-context = Dieses Passwort ist Ihrem Namen, Benutzernamen, Ihrer E-Mail-Adresse oder dem Namen dieses Servers zu ähnlich. Nehmen Sie andere Wörter.
page-field-classes = Ein Großbuchstabe, ein Kleinbuchstabe, eine Ziffer und ein anderes Zeichen gehören hinein.
page-field-characters = Lassen Sie Zeichen weg, die unsichtbar sind oder die Reihenfolge anderer ändern.
page-field-different = Die Passwörter stimmen nicht überein.
page-field-code-needed = Bei diesem Konto ist die Anmeldung in zwei Schritten eingeschaltet: Der Code gehört dazu. Geben Sie auch das neue Passwort noch einmal ein.
page-field-wrong-code = Dieser Code stimmt nicht. Geben Sie den ein, den Ihre Authenticator-App gerade zeigt; jeder gilt einmal.

page-add-passkey-title = Passkey hinzufügen
page-add-passkey-explanation = Der Passkey ist für das Konto „{ $username }“ bei { $host }. Sie haben diese Seite in Latchkey auf „{ $device }“ angefordert.
page-add-passkey-choice = Ihr Browser wird fragen, wo er aufbewahrt werden soll: in diesem Computer, in einem Telefon oder in einem USB-Schlüssel.
page-add-passkey-name = Name des Passkeys
page-add-passkey-name-hint = Damit Sie ihn wiedererkennen, zum Beispiel „Blauer USB-Schlüssel“ oder „Dieser Computer“.
page-add-passkey-button = Passkey hinzufügen
page-add-passkey-spent-explanation = Sie wurde schon benutzt, durch eine neuere ersetzt, ist älter als 10 Minuten, oder das Gerät, das sie angefordert hat, wurde abgemeldet. Es wurde kein Passkey hinzugefügt. Eine neue Seite können Sie in Latchkey unter „Anmeldung in zwei Schritten“ anfordern.
page-add-passkey-refused-title = Der Passkey wurde nicht hinzugefügt
page-add-passkey-refused-explanation = Die Anmeldung in zwei Schritten ist ausgeschaltet, es gibt schon zehn Passkeys, oder dieser wurde schon hinzugefügt. Es hat sich nichts geändert.
page-passkey-added-title = Der Passkey ist hinzugefügt
page-passkey-added-explanation = Von jetzt an kann „{ $name }“ bei der Anmeldung den Code ersetzen.
page-passkey-added-next = Sie können diese Seite schließen. Latchkey weiß es schon.
page-use-passkey-title = Mit einem Passkey anmelden?
page-use-passkey-explanation = Jemand hat das richtige Passwort für das Konto „{ $username }“ auf { $host } eingegeben und möchte sich auf dem Gerät „{ $device }“ mit der Adresse { $origin } anmelden.
page-use-passkey-warning = Machen Sie nur weiter, wenn Sie die Anmeldung dort gerade selbst begonnen haben. Wenn jemand anderes Ihnen diese Seite geschickt hat, schließen Sie sie.
page-use-passkey-button = Meinen Passkey benutzen
page-use-passkey-spent-explanation = Sie wurde schon benutzt, durch eine neuere ersetzt oder ist älter als 5 Minuten. Niemand wurde angemeldet. Sie können in Latchkey neu beginnen.
page-passkey-spent-title = Diese Seite gilt nicht mehr
page-passkey-used-title = Passkey angenommen
page-passkey-used-explanation = Latchkey auf Ihrem Gerät braucht diesen Code, um weiterzumachen. Geben Sie ihn niemandem: Kein Mensch wird Sie je danach fragen.
page-passkey-used-app = Latchkey öffnen und weitermachen
page-passkey-used-else = Wenn Latchkey sich nicht öffnet, tippen Sie den Code dort ein. Er gilt einmal, 5 Minuten ab dem Beginn der Anmeldung.
page-passkey-unsupported = Dieser Browser kann keine Passkeys benutzen. Öffnen Sie diese Seite in einem anderen.
page-passkey-cancelled = Es wurde kein Passkey benutzt: Sie haben abgebrochen, es hat zu lange gedauert, oder auf diesem Gerät wurde kein passender gefunden. Sie können es noch einmal versuchen.
page-passkey-known = Dort gibt es schon einen Passkey für dieses Konto. Nehmen Sie einen anderen Ort.
page-passkey-none = Dieses Konto hat keinen Passkey, der hier benutzt werden kann.
page-passkey-spent = Diese Seite gilt nicht mehr. Gehen Sie zurück zu Latchkey und beginnen Sie neu.
page-passkey-failed = Das hat nicht geklappt, und es hat sich nichts geändert. Sie können es noch einmal versuchen.
page-passkey-ready = Der Passkey ist bereit. Ein Code ist nicht nötig.
page-passkey-script = Passkeys brauchen JavaScript. Erlauben Sie Skripte für diese Seite und laden Sie sie neu.

page-too-many-title = Zu viele Versuche
page-too-many-explanation = Es hat sich nichts geändert. Versuchen Sie es in { $minutes } min erneut.

page-home-title = Latchkey auf { $host }
page-home-explanation = Dieser Server führt Konten für Latchkey, die App für Ihr Konto: Profil, Passwort, Geräte und E-Mails, auf Ihrem Desktop.
page-home-app = Dafür brauchen Sie die Latchkey-App für Windows, macOS oder Linux. Sie bekommen sie von denen, die { $host } betreiben.
page-home-connect = Wählen Sie in der App „Mit einem Server verbinden“ und geben Sie diese Adresse ein:
page-home-open = Latchkey öffnen
page-home-forgotten = Passwort vergessen?

page-missing-title = Diese Seite gibt es nicht
page-missing-explanation = Vielleicht wurde der Link abgeschnitten. Kopieren Sie ihn ganz aus der E-Mail, oder öffnen Sie Latchkey.
page-foreign-title = Diese Anfrage kam von einer anderen Website
page-foreign-explanation = Es wurde nichts getan. Öffnen Sie die Seite selbst, über den Link in Ihrer E-Mail oder die Adresse dieses Servers, und versuchen Sie es dort noch einmal.
