import axe from 'axe-core';
import type { Page } from 'playwright-core';

export interface AxeOptions {
  /** Only these rules; without: all that axe has on by itself (WCAG 2.2 A and AA, and good practice) and the size of targets. */
  readonly rules?: readonly string[];
  /** Not these. */
  readonly but?: readonly string[];
  /** Only what this selector finds, if it finds anything. */
  readonly within?: string;
}

/** What axe finds, each with the rule, the element and why; and how much wider than the screen the page is, if it is. */
export async function axeFaults(
  page: Page,
  { rules, but = [], within }: AxeOptions = {},
): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe.source);
  const options = {
    ...(rules !== undefined && { runOnly: rules }),
    ...(rules === undefined && {
      rules: {
        'target-size': { enabled: true },
        ...Object.fromEntries(but.map((rule) => [rule, { enabled: false }])),
      },
    }),
    resultTypes: ['violations'],
  };
  return page.evaluate<readonly string[]>(`(async () => {
    const before = document.querySelector(${JSON.stringify(within ?? 'html')}) ?? document;
    const { violations } = await axe.run(before, ${JSON.stringify(options)});
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any, all, none }) => id + ': ' + html.slice(0, 300) + ' ' + [...any, ...all, ...none].map(({ message }) => message).join('; ')));
    const over = document.documentElement.scrollWidth - innerWidth;
    return over > 0 ? [...found, over + ' px wider than the screen'] : found;
  })()`);
}
