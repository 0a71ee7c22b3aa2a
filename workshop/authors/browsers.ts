/** What Chromium is called on PATH: Debian's name, and those of other systems. */
export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
