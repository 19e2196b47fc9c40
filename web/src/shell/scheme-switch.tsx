import { ActionIcon, SegmentedControl, Tooltip, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconContrastFilled, IconContrast, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { strings } from '../strings';
import { useContrast } from './contrast';

const schemes = [
  { value: 'light', name: strings.scheme.light, icon: IconSun },
  { value: 'dark', name: strings.scheme.dark, icon: IconMoon },
  { value: 'auto', name: strings.scheme.auto, icon: IconDeviceDesktop },
] as const;

export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [more, setMore] = useContrast();
  const ContrastIcon = more ? IconContrastFilled : IconContrast;
  return (
    <span className="scheme-switch">
      <SegmentedControl
        size="xs"
        aria-label={strings.scheme.label}
        value={colorScheme}
        onChange={setColorScheme}
        data={schemes.map((scheme) => ({
          value: scheme.value,
          label: (
            <span className="scheme-icon" title={scheme.name}>
              <scheme.icon size={15} stroke={1.7} aria-hidden />
              <VisuallyHidden>{scheme.name}</VisuallyHidden>
            </span>
          ),
        }))}
      />
      <Tooltip label={strings.scheme.contrast}>
        <ActionIcon
          variant={more ? 'light' : 'subtle'}
          color="gray"
          size="md"
          aria-label={strings.scheme.contrast}
          aria-pressed={more}
          onClick={() => setMore(!more)}
        >
          <ContrastIcon size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
