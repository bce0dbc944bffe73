# Was der Server schreibt: Mails und Seiten im Browser. Jede Datei hier hat dieselben Meldungen mit denselben Variablen.

moment = { $day }.{ $month }.{ $year }, { $hour }:{ $minute } Uhr ({ $zone })

## Mails

mail-greeting = Guten Tag,
mail-footer = Latchkey auf { $host } schickt diese Mail zum Konto „{ $username }“.

confirm-email-subject = Bitte bestätigen Sie Ihre E-Mail-Adresse
confirm-email-heading = E-Mail-Adresse bestätigen
confirm-email-reason = Die Adresse { $address } wurde beim Konto „{ $username }“ auf { $host } eingetragen. Bitte bestätigen Sie, dass sie Ihnen gehört.
confirm-email-button = Diese Adresse bestätigen
confirm-email-app = In der Latchkey-App öffnen
confirm-email-validity = Der Link gilt einmal und 24 Stunden lang. Eine neuere Mail ersetzt ihn.
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

mail-not-you = Wenn Sie es nicht waren, ist jemand anderes in Ihrem Konto: Öffnen Sie Latchkey, beenden Sie unter „Geräte“ alle, die Sie nicht kennen, stellen Sie unter „Kontakte“ die Adressen richtig, und sagen Sie es denen, die { $host } betreiben.

## Seiten

page-product = Latchkey

page-confirm-title = E-Mail-Adresse bestätigen
page-confirm-explanation = Mit dem Knopf bestätigen Sie, dass die Adresse, an die dieser Link ging, Ihnen gehört. Das Öffnen der Seite hat noch nichts geändert.
page-confirm-button = Diese Adresse bestätigen
page-confirm-app = Stattdessen in der Latchkey-App öffnen

page-confirmed-title = Adresse bestätigt
page-confirmed-explanation = { $address } ist bestätigt.
page-confirmed-next = Sie können diese Seite schließen. Latchkey weiß es schon.

page-spent-title = Dieser Link gilt nicht mehr
page-spent-explanation = Er wurde schon benutzt, durch einen neueren ersetzt oder ist älter als 24 Stunden. Es hat sich nichts geändert.
page-spent-next = Falls die Adresse noch wartet: Öffnen Sie Latchkey, gehen Sie zu „Kontakte“ und wählen Sie neben der Adresse „Link erneut senden“. Nehmen Sie dann den Link aus der neuesten Mail.

page-elsewhere-title = Diese Adresse gehört zu einem anderen Konto
page-elsewhere-explanation = Jemand mit Zugang zu diesem Postfach hat die Adresse für ein anderes Konto bestätigt. Es hat sich nichts geändert.
page-elsewhere-next = Wenn beide Konten Ihnen gehören: Entfernen Sie die Adresse aus dem anderen und fordern Sie dann einen neuen Link an.

page-later-title = Im Moment nicht möglich
page-later-explanation = Der Server konnte das gerade nicht tun. Es hat sich nichts geändert, und der Link gilt weiter.
page-later-next = Warten Sie einen Augenblick, gehen Sie zurück und drücken Sie den Knopf noch einmal.

page-missing-title = Diese Seite gibt es nicht
page-missing-explanation = Vielleicht wurde der Link abgeschnitten. Kopieren Sie ihn ganz aus der Mail, oder öffnen Sie Latchkey.
