/** Makes elements. Strings become text nodes, so nothing from outside is ever parsed as HTML. */

type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** `true` sets an attribute without a value; `false` and `undefined` remove it. */
export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : value);
  }
}

export interface ButtonOptions {
  readonly kind?: 'primary' | 'danger' | 'destroy' | 'quiet' | 'plain';
  readonly icon?: IconName;
  readonly attributes?: Attributes;
}

export function button(text: string, onClick: () => void, options: ButtonOptions = {}): HTMLButtonElement {
  const { kind = 'plain', icon: name, attributes } = options;
  const picture = name === undefined ? undefined : icon(name);
  const made = element('button', { type: 'button', class: `button ${kind}`, ...attributes }, picture, text);
  made.addEventListener('click', onClick);
  return made;
}

/** What reorders or hides other characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces control characters and marks of direction, with which a text could look like another one. */
function visible(text: string): string {
  return text.replaceAll(INVISIBLE, '\uFFFD');
}

/** Text that comes from outside, in a direction of its own: right-to-left characters in it change nothing around it. */
export function outside(text: string): HTMLElement {
  return element('bdi', { dir: 'auto' }, visible(text));
}

/** The same where only a string is possible, such as in an attribute. */
export function isolated(text: string): string {
  return `\u2068${visible(text)}\u2069`;
}

/** Puts nodes or texts in the places of `{name}`. */
export function fill(text: string, values: Readonly<Record<string, Node | string>>): DocumentFragment {
  const made = document.createDocumentFragment();
  for (const [index, part] of text.split(/\{(\w+)\}/).entries()) {
    made.append(index % 2 === 0 ? part : (values[part] ?? ''));
  }
  return made;
}

export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

const SVG = 'http://www.w3.org/2000/svg';

/** Paths in a box of 24 by 24. */
const ICONS = {
  key: 'M8 11.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM11.200 12.800 20 4M16 8l3 3M13 11l2 2',
  plus: 'M12 5v14M5 12h14',
  trash: 'M4 7h16M9 7V4h6v3m3 0-1 13H7L6 7m4 4v6m4-6v6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 13l4 4L19 7',
  warning: 'M12 4 2.5 20h19zM12 10v4m0 3v.01',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v5l3 2',
  shield: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6z',
} as const;

export type IconName = keyof typeof ICONS;

/** A picture beside a text that says the same. Assistive technology ignores it. */
export function icon(name: IconName): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  setAttributes(picture, { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' });
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  picture.append(path);
  return picture;
}
