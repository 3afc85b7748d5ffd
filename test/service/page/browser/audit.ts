// How well text stands out from what is behind it (https://www.w3.org/TR/WCAG22/#contrast-minimum).

import type { Page } from "playwright-core";

export interface Contrast {
  what: string;
  ratio: number;
  /** 4.5 for text, 3 for lines and shapes. */
  least: number;
}

/** Of every visible text, and of the lines of the chart. */
export function contrasts(page: Page): Promise<Contrast[]> {
  // One function: it is sent to the page as text.
  return page.evaluate(() => {
    const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string): number => {
      const [red = 0, green = 0, blue = 0] = parse(color).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element | null): string => {
      for (let above = element; above !== null; above = above.parentElement) {
        const { backgroundColor } = getComputedStyle(above);
        if (parse(backgroundColor)[3] !== 0) return backgroundColor;
      }
      return "rgb(255, 255, 255)";
    };
    const measure = (element: Element, color: string, least: number) => {
      const [one, other] = [luminance(color), luminance(behind(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      const what = `${element.tagName} ${element.getAttribute("class") ?? ""} ${(element.textContent ?? "").slice(0, 30)}`;
      return { what, ratio, least };
    };
    const isSeen = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
    const hasText = ({ childNodes }: Element): boolean =>
      [...childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? "").trim() !== "");
    const texts = [...document.body.querySelectorAll("*")].filter((one) => hasText(one) && isSeen(one));
    const lines = [...document.querySelectorAll("#legend .line, .mark .shape")].filter(isSeen);
    return [
      ...texts.map((one) => {
        const { color, fill } = getComputedStyle(one);
        return measure(one, one instanceof SVGElement ? fill : color, 4.5);
      }),
      ...lines.map((one) => measure(one, getComputedStyle(one).stroke, 3)),
    ];
  });
}
