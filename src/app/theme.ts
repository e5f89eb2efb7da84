import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const gray: MantineColorsTuple = [
  "#fafafa",
  "#f4f4f4",
  "#ebebeb",
  "#dadada",
  "#c4c4c4",
  "#a3a3a3",
  "#757575",
  "#5a5a5a",
  "#3a3a3a",
  "#1c1c1c",
];
const dark: MantineColorsTuple = [
  "#ececec",
  "#c9c9c9",
  "#a8a8a8",
  "#858585",
  "#4a4a4a",
  "#363636",
  "#262626",
  "#1f1f1f",
  "#161616",
  "#0f0f0f",
];
const accent: MantineColorsTuple = [
  "#f4effc",
  "#e6dbf8",
  "#cdb8f1",
  "#b394ea",
  "#a985ec",
  "#8f63dc",
  "#7d4fd0",
  "#6d3fc0",
  "#5a31a3",
  "#472683",
];

/** Type 12/14/16/20/28, a 4-px grid, radius 8; neutral greys and one accent. */
export const theme = createTheme({
  fontFamily:
    "'Inter Variable', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans SC', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "1rem", lg: "1.25rem", xl: "1.75rem" },
  spacing: { xs: "4px", sm: "8px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "2px", sm: "4px", md: "8px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.25" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
      h4: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  colors: { gray, dark, accent },
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: "pointer",
});

const SURFACE_VARIABLES = {
  "--mantine-color-body": "var(--p-surface)",
  "--mantine-color-text": "var(--p-text)",
  "--mantine-color-dimmed": "var(--p-dim)",
  "--mantine-color-default-border": "var(--p-line)",
  "--mantine-color-placeholder": "var(--p-dim)",
  "--mantine-color-anchor": "var(--p-accent-text)",
};

/**
 * Maps Mantine's own surface variables onto the tokens, so that both speak with one voice. Mantine
 * sets them per colour scheme, which outweighs variables without one.
 */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: SURFACE_VARIABLES,
  dark: SURFACE_VARIABLES,
});
