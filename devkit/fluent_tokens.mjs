//  Writes Fluent's light and dark themes as CSS custom properties into the folder that is named:
//  its web components read their colours, sizes and fonts from these.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

const folder = process.argv[2];

for (const [name, theme] of Object.entries({ light: webLightTheme, dark: webDarkTheme })) {
  const lines = Object.entries(theme).map(([token, value]) => `  --${token}: ${value};`);
  writeFileSync(join(folder, `tokens-${name}.css`), `:root {\n${lines.join("\n")}\n}\n`);
}
