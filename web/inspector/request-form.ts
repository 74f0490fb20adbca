/** The form: which credential is sent to which route. */
import { button, element } from '../app-passwords/dom.ts';
import { contentsOf } from './decode.ts';
import type { Offer, OfferedRoute, PreparedCredential, SendRequest } from './protocol.ts';
import { TEXTS } from './texts.ts';

const OWN = 'own';

export interface FormPorts {
  readonly onSend: (request: SendRequest) => void;
  readonly onNewCredentials: () => void;
}

export class RequestForm {
  readonly root: HTMLElement;
  readonly #credential = element('select', { id: 'credential', 'aria-describedby': 'credential-words' });
  readonly #words = element('p', { id: 'credential-words', class: 'hint' });
  readonly #header = element('textarea', {
    id: 'header',
    rows: '3',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
  });
  readonly #contents = element('pre', { tabindex: '0', 'aria-label': TEXTS.contents });
  readonly #details = element('details', {}, element('summary', {}, TEXTS.contents), this.#contents);
  readonly #route = element('select', { id: 'route', 'aria-describedby': 'route-words' });
  readonly #routeWords = element('p', { id: 'route-words', class: 'hint' });
  readonly #send: HTMLButtonElement;
  #credentials: readonly PreparedCredential[] = [];
  #routes: readonly OfferedRoute[] = [];

  constructor({ onSend, onNewCredentials }: FormPorts) {
    this.#send = button(TEXTS.send, () => onSend(this.#request()), { kind: 'primary' });
    this.#credential.addEventListener('change', () => this.#choose());
    this.#route.addEventListener('change', () => this.#showRoute());
    this.#header.addEventListener('input', () => this.#edit());
    this.root = element(
      'section',
      { class: 'card request', 'aria-labelledby': 'send-title' },
      element('h2', { id: 'send-title' }, TEXTS.sendTitle),
      field('credential', TEXTS.credential, this.#credential, this.#words),
      field('header', TEXTS.header, this.#header, this.#details),
      field('route', TEXTS.route, this.#route, this.#routeWords),
      element(
        'div',
        { class: 'actions' },
        this.#send,
        button(TEXTS.newCredentials, onNewCredentials, { kind: 'quiet' }),
      ),
    );
  }

  /** Shows what can be chosen, and keeps the choice. */
  offer({ credentials, routes }: Offer): void {
    const chosen = this.#credential.value;
    const route = this.#route.selectedIndex;
    this.#credentials = credentials;
    this.#routes = routes;
    const groups = [...new Set(credentials.map(({ group }) => group))].map((group) => optionGroup(group, credentials));
    const own = element('optgroup', { label: TEXTS.ownGroup }, option(OWN, TEXTS.own));
    this.#credential.replaceChildren(...groups, own);
    this.#route.replaceChildren(...routes.map(({ method, path }, index) => option(String(index), `${method} ${path}`)));
    if (chosen !== '') this.#credential.value = chosen;
    if (route >= 0) this.#route.selectedIndex = route;
    this.#showRoute();
    if (chosen !== OWN) this.#choose();
  }

  /** Puts a credential into the field, to be sent next. */
  fill(authorization: string): void {
    this.#credential.value = OWN;
    this.#choose();
    this.#header.value = authorization;
    this.#showContents();
  }

  set isSending(isSending: boolean) {
    this.#send.setAttribute('aria-disabled', String(isSending));
    this.#send.lastChild?.replaceWith(isSending ? TEXTS.sending : TEXTS.send);
  }

  #request(): SendRequest {
    const { method = 'GET', path = '/' } = this.#routes[this.#route.selectedIndex] ?? {};
    const authorization = this.#header.value.trim();
    return authorization === '' ? { method, path } : { method, path, authorization };
  }

  #choose(): void {
    const chosen = this.#credentials.find(({ id }) => id === this.#credential.value);
    this.#words.textContent = chosen ? chosen.words : TEXTS.ownWords;
    this.#header.value = chosen?.authorization ?? '';
    this.#header.placeholder = chosen ? TEXTS.headerNone : 'Bearer …';
    this.#showContents();
  }

  #edit(): void {
    const chosen = this.#credentials.find(({ id }) => id === this.#credential.value);
    if (chosen && this.#header.value !== chosen.authorization) {
      this.#credential.value = OWN;
      this.#words.textContent = TEXTS.changedWords;
    }
    this.#showContents();
  }

  #showRoute(): void {
    this.#routeWords.textContent = this.#routes[this.#route.selectedIndex]?.words ?? '';
  }

  #showContents(): void {
    const contents = contentsOf(this.#header.value);
    this.#details.hidden = contents === undefined;
    this.#contents.textContent = contents ?? '';
  }
}

function field(id: string, label: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'field' }, element('label', { for: id }, label), ...children);
}

function option(value: string, text: string): HTMLOptionElement {
  return element('option', { value }, text);
}

function optionGroup(group: string, credentials: readonly PreparedCredential[]): HTMLOptGroupElement {
  const own = credentials.filter((credential) => credential.group === group);
  return element('optgroup', { label: group }, ...own.map(({ id, title }) => option(id, title)));
}
