import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Ink blue: at shade 7 white text on it has 7:1, in the dark scheme shade 3 on the ground has 8:1. */
const ink: MantineColorsTuple = [
  '#eef1ff',
  '#dce1fb',
  '#b8c0f5',
  '#919df0',
  '#707fec',
  '#5b6ce9',
  '#4757d6',
  '#3b4cca',
  '#2e3da6',
  '#232f83',
];

/** Mantine's dark greys, with the blue of the ground in them. */
const dark: MantineColorsTuple = [
  '#e7e9f0',
  '#a4abba',
  '#8b92a3',
  '#5f6678',
  '#3d4352',
  '#2f3541',
  '#242934',
  '#1b1e26',
  '#14161c',
  '#0e1015',
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: '620', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    // A link in a sentence is told by its line, not by its colour alone.
    Anchor: { defaultProps: { underline: 'always' } },
    Tooltip: {
      defaultProps: { events: { hover: true, focus: true, touch: true }, openDelay: 300, withArrow: true },
    },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 120 } } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 550 } },
    // A closed combobox owns no listbox to point at, and a test of the whole page would find a dangling reference.
    Select: { defaultProps: { comboboxProps: { shadow: 'md', keepMounted: false } } },
  },
});

/** Mantine's dimmed text misses 4.5:1 on both grounds; the rest are this product's own tones. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#525a68',
    '--mantine-color-placeholder': '#636b78',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#171b26',
    '--mantine-color-anchor': '#3443b8',
    '--mantine-color-error': '#b4232f',
    '--mantine-color-orange-light-color': '#8a3d00',
    '--mantine-color-teal-light-color': '#0b5a3a',
    '--mantine-color-red-light-color': '#9c1b28',
    '--mantine-color-yellow-light-color': '#6b4a00',
    '--mantine-color-gray-light-color': '#454d5b',
  },
  dark: {
    '--mantine-color-dimmed': '#a4abba',
    '--mantine-color-placeholder': '#9299a8',
    '--mantine-color-body': '#14161c',
    '--mantine-color-text': '#e7e9f0',
    '--mantine-color-anchor': '#aab4ff',
    '--mantine-color-error': '#ff9aa5',
  },
});
