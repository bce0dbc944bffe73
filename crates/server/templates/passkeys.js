// Hands passkeys between the browser and this server (https://www.w3.org/TR/webauthn-3/). All words stand in the page.
'use strict';

const form = document.querySelector('form');
const button = form.querySelector('button[data-passkey-use]');
const answer = form.elements.namedItem('credential');
const known = ['usb', 'nfc', 'ble', 'internal', 'hybrid'];

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** Shows what happened, by the name of the words for it, and hides what was said before. */
function say(what) {
  for (const words of form.querySelectorAll('[data-passkey-says]')) {
    words.hidden = words.dataset.passkeySays !== what;
  }
}

const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: keys(publicKey.excludeCredentials),
    },
  });
  const { response } = made;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
      transports: (response.getTransports?.() ?? []).filter((each) => known.includes(each)),
    },
  };
}

async function get({ publicKey }) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: keys(publicKey.allowCredentials),
    },
  });
  const { response } = found;
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle?.byteLength ? text(response.userHandle) : null,
    },
  };
}

/** Asks the server what to ask, the browser for its answer, and keeps that in the form. True when there is one. */
async function ask() {
  say('');
  try {
    const question = await fetch(form.dataset.options, {
      method: 'POST',
      mode: 'same-origin',
      credentials: 'omit',
      redirect: 'error',
    });
    if (question.status === 409) {
      say('none');
      return false;
    }
    if (!question.ok) {
      say(question.status === 410 ? 'spent' : 'failed');
      return false;
    }
    const act = form.dataset.passkey === 'create' ? create : get;
    answer.value = JSON.stringify(await act(await question.json()));
    return true;
  } catch (error) {
    // The browser says the same of a person who cancels and of an authenticator that is not there.
    const said = { NotAllowedError: 'cancelled', AbortError: 'cancelled', InvalidStateError: 'known' };
    say(said[error?.name] ?? 'failed');
    return false;
  }
}

async function whileBusy(pressed, work) {
  pressed.disabled = true;
  try {
    await work();
  } finally {
    pressed.disabled = false;
  }
}

const { origin } = form.dataset;
if (origin && origin !== location.origin && ['127.0.0.1', '[::1]'].includes(location.hostname)) {
  // Browsers know this computer by its name alone where passkeys are concerned. The page is the same there.
  location.replace(origin + location.pathname);
} else if (!form.dataset.passkey) {
  // Nothing is asked for yet.
} else if (!window.PublicKeyCredential) {
  say('unsupported');
  if (!button) form.querySelector('button[type=submit]').disabled = true;
} else if (button) {
  // In the place of a code, which stays possible.
  button.hidden = false;
  button.addEventListener('click', () =>
    whileBusy(button, async () => {
      if (await ask()) say('ready');
    }),
  );
} else {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    whileBusy(event.submitter ?? form.querySelector('button[type=submit]'), async () => {
      if (await ask()) form.submit();
    });
  });
}
