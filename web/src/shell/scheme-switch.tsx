import { SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { strings } from '../strings';

const schemes = [
  { value: 'light', name: strings.scheme.light, icon: IconSun },
  { value: 'dark', name: strings.scheme.dark, icon: IconMoon },
  { value: 'auto', name: strings.scheme.auto, icon: IconDeviceDesktop },
] as const;

export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      size="xs"
      aria-label={strings.scheme.label}
      value={colorScheme}
      onChange={setColorScheme}
      data={schemes.map((scheme) => ({
        value: scheme.value,
        label: (
          <span className="scheme-icon" title={scheme.name}>
            <scheme.icon size={16} stroke={1.7} aria-hidden />
            <VisuallyHidden>{scheme.name}</VisuallyHidden>
          </span>
        ),
      }))}
    />
  );
}
