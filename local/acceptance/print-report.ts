/** Writes the report of an acceptance run, for people or for programs. */
import { printable } from '../../src/cli/printable.ts';
import type { Style } from '../../src/cli/style.ts';
import type { Check, Finding, Report } from './report.ts';

/** The report as one JSON object. */
export function reportAsJson(report: Report): string {
  const { subject, isAsExpected, incomplete = null, seconds, checks, findings, leftBehind } = report;
  return JSON.stringify({ ...subject, isAsExpected, incomplete, seconds, checks, findings, leftBehind });
}

/** The report in words, as lines. */
export function reportInWords(report: Report, style: Style): readonly string[] {
  const { checks, findings, leftBehind } = report;
  const sections = [...new Set(checks.map(({ section }) => section))];
  return [
    ...sections.flatMap((section) => [
      '',
      style.bold(section),
      ...checks.filter((check) => check.section === section).map((check) => checkLine(check, style)),
    ]),
    ...(findings.length === 0 ? [] : ['', style.bold('How your account and tenant behave')]),
    ...findings.map((finding) => findingLine(finding, style)),
    ...(leftBehind.length === 0 ? [] : ['', style.bad('Not removed')]),
    ...leftBehind.map((what) => `  ${shown(what)}`),
    '',
    lastLine(report, style),
  ];
}

function checkLine({ title, verdict, got, expected }: Check, style: Style): string {
  const name = shown(title);
  const seen = shown(got);
  switch (verdict) {
    case 'as expected':
      return `  ${style.good('as expected')}  ${name}: ${seen}`;
    case 'different':
      return `  ${style.bad('DIFFERENT  ')}  ${name}: got ${seen}; expected ${shown(expected ?? '')}`;
    case 'not tried':
      return style.dim(`  not tried    ${name}: ${seen}`);
  }
}

function findingLine({ question, seen, answer }: Finding, style: Style): string {
  const line = `${shown(question)}: ${shown(answer)}`;
  return seen ? `  seen         ${line}` : style.dim(`  not seen     ${line}`);
}

function lastLine(report: Report, style: Style): string {
  const counts = `${report.count('as expected')} as expected, ${report.count('different')} different, ${report.count('not tried')} not tried, in ${report.seconds} s.`;
  if (report.incomplete !== undefined) return style.bad(`Incomplete: ${shown(report.incomplete)} ${counts}`);
  return report.isAsExpected ? style.good(`All as expected: ${counts}`) : style.bad(`Not all as expected: ${counts}`);
}

/** The output of the CDK has several lines. */
function shown(text: string): string {
  return text.split('\n').map(printable).join('\n    ');
}
