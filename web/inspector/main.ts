/** Starts the page. */
import { element } from '../app-passwords/dom.ts';
import { act, Failure, readOffer, readState, send } from './client.ts';
import { Controls } from './controls.ts';
import { mark } from './mark.ts';
import type { Action, SendRequest } from './protocol.ts';
import { RequestForm } from './request-form.ts';
import { StateView } from './state-view.ts';
import { emptyStory, storyView } from './story-view.ts';
import { TEXTS } from './texts.ts';

const POLL_MS = 2000;

class Page {
  readonly #form = new RequestForm({
    onSend: (request) => void this.#send(request),
    onNewCredentials: () => void this.#perform({ action: 'new_credentials' }),
  });
  readonly #controls = new Controls((action) => void this.#perform(action));
  readonly #state = new StateView((action) => void this.#perform(action));
  readonly #story = element('div', { class: 'story', 'aria-live': 'polite' });
  readonly #message = element('p', { class: 'message', role: 'status' });
  #isSending = false;

  async start(): Promise<void> {
    const request = element('div', { class: 'request-column', id: 'request' }, this.#form.root);
    const local = element('div', { class: 'local-column' }, this.#controls.root, this.#state.root);
    this.#story.append(emptyStory());
    document.body.replaceChildren(
      element('a', { class: 'skip', href: '#request' }, TEXTS.skip),
      bar(),
      element('main', {}, request, this.#story, local),
      this.#message,
    );
    await this.#attempt(async () => this.#form.offer(await readOffer()));
    await this.#refresh();
    setInterval(() => void this.#refresh(), POLL_MS);
  }

  async #refresh(): Promise<void> {
    if (document.hidden) return;
    try {
      const state = await readState();
      this.#controls.show(state);
      this.#state.show(state);
      if (this.#message.textContent === TEXTS.unreachable) this.#say('');
    } catch {
      this.#say(TEXTS.unreachable);
    }
  }

  async #send(request: SendRequest): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#form.isSending = true;
    await this.#attempt(async () => {
      const story = await send(request);
      this.#story.replaceChildren(...storyView(story));
      this.#say('');
    });
    this.#isSending = false;
    this.#form.isSending = false;
    await this.#refresh();
  }

  async #perform(action: Action): Promise<void> {
    await this.#attempt(async () => {
      const { words, authorization } = await act(action);
      if (action.action === 'new_credentials') this.#form.offer(await readOffer());
      if (authorization !== undefined) this.#form.fill(authorization);
      this.#say(words);
    });
    await this.#refresh();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#say(error.message);
    }
  }

  #say(words: string): void {
    this.#message.textContent = words;
  }
}

function bar(): HTMLElement {
  const name = element('h1', { class: 'brand-name' }, TEXTS.title);
  const where = element('span', { class: 'brand-api' }, `${TEXTS.subtitle}, ${location.host}`);
  const icon = element('span', { class: 'brand-icon' }, mark('cached'));
  const docs = element('a', { href: '/.local/docs/credentials.md' }, TEXTS.docs);
  return element('header', { class: 'bar' }, element('div', { class: 'brand' }, icon, name, where), docs);
}

await new Page().start();
