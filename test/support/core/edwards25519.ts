/** Arithmetic on the curve of Ed25519, written from RFC 8032 alone, to create points that no honest key has. */

export const P = 2n ** 255n - 19n;
/** The order of the group that keys live in. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const IDENTITY: Point = { x: 0n, y: 1n };

/** The eight points whose order divides eight: multiples of L times a point outside the group of order L. */
export function smallOrderPoints(): readonly Point[] {
  for (let y = 2n; ; y += 1n) {
    const point = decode(y);
    const generator = point && multiply(L, point);
    if (generator && !isIdentity(multiply(4n, generator))) {
      return Array.from({ length: 8 }, (_, index) => multiply(BigInt(index), generator));
    }
  }
}

/** All 32-byte encodings that a lenient decoder reads as this point, including those that RFC 8032 section 5.1.3 refuses. */
export function encodings({ x, y }: Point): readonly string[] {
  const signs = x === 0n ? [0n, 1n] : [x & 1n];
  const values = [y, y + P].filter((value) => value < 2n ** 255n);
  return values.flatMap((value) => signs.map((sign) => encode(value + (sign << 255n))));
}

/** 32 bytes, the least significant first, in base64url. */
export function encode(value: bigint): string {
  const bytes = Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  return bytes.reverse().toString('base64url');
}

function decode(y: bigint): Point | undefined {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  const root = power(square, (P + 3n) / 8n);
  const roots = [root, mod(root * power(2n, (P - 1n) / 4n))];
  const x = roots.find((value) => mod(value * value) === square);
  return x === undefined ? undefined : { x, y };
}

function add(a: Point, b: Point): Point {
  const product = mod(D * a.x * b.x * a.y * b.y);
  return {
    x: mod((a.x * b.y + a.y * b.x) * inverse(1n + product)),
    y: mod((a.y * b.y + a.x * b.x) * inverse(1n - product)),
  };
}

function multiply(factor: bigint, point: Point): Point {
  if (factor === 0n) return IDENTITY;
  const half = multiply(factor / 2n, point);
  const double = add(half, half);
  return factor % 2n === 0n ? double : add(double, point);
}

function isIdentity({ x, y }: Point): boolean {
  return x === 0n && y === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = power(base, exponent / 2n);
  return mod(half * half * (exponent % 2n === 0n ? 1n : base));
}

function inverse(value: bigint): bigint {
  return power(mod(value), P - 2n);
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}
