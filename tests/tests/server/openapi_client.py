"""Signs a device in with the client that was generated from the API's description, and prints the names of the account's
sessions, a line each. Arguments: the server's URL, the body of the sign-in."""

import json
import sys

from client import AuthenticatedClient, Client
from client.api.sessions import sessions_current, sessions_sign_in
from client.api.sync import sync_sync
from client.models import SignedIn, SignIn

url, body = sys.argv[1:]
signed_in = sessions_sign_in.sync(client=Client(base_url=url), body=SignIn.from_dict(json.loads(body)))
assert isinstance(signed_in, SignedIn), signed_in
client = AuthenticatedClient(base_url=url, token=signed_in.token)
current = sessions_current.sync(client=client)
assert str(current.session_id) == str(signed_in.session_id), current
page = sync_sync.sync(client=client)
for record in page.records:
    if str(record.collection) == "sessions":
        print(record.body["device_name"])
