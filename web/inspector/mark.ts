/** Small pictures for states. A text beside each says the same. */

const SVG = 'http://www.w3.org/2000/svg';

/** Paths in a box of 24 by 24. */
const PATHS = {
  passed: 'M6 12.5l4 4 8-9',
  failed: 'M7 7l10 10M17 7L7 17',
  unreached: 'M7 12h10',
  cached: 'M13 3L6 13h5l-1 8 8-11h-5z',
  info: 'M12 11v6M12 7v.01',
  start: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 8c1-4 4-5 7-5s6 1 7 5',
  end: 'M5 5h14v10H9l-4 4z',
} as const;

export type MarkName = keyof typeof PATHS;

export function mark(name: MarkName): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  picture.setAttribute('class', `mark ${name}`);
  picture.setAttribute('viewBox', '0 0 24 24');
  picture.setAttribute('aria-hidden', 'true');
  picture.append(path);
  return picture;
}
