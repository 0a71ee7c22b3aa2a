import { expect, test } from 'vitest';
import { countPage, errorPage, escapeHtml, plantedPage } from '../../forest/pages.ts';

test('whatever is shown is escaped', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe(
    '&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;',
  );
  expect(errorPage(400, '<script>alert(1)</script>')).not.toContain('<script');
});

test('the count is there to read', () => {
  expect(countPage(12)).toContain('<output class="count">12</output>');
  expect(countPage(1)).toMatch(/>1<\/output> tree stands now/);
});

test('a donation shows its cents', () => {
  expect(plantedPage('oak', 3.5)).toContain('3.50 euros');
});

test('an error says what kind it is', () => {
  expect(errorPage(503, 'Down.')).toContain('<h1>503 Service Unavailable</h1>');
});
