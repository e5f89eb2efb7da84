import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { WORKSPACES, type Workspace } from "./workspaces";
import styles from "./rail.module.css";

function RailLink({ workspace, isCollapsed }: { workspace: Workspace; isCollapsed: boolean }) {
  const { t } = useLingui();
  const Icon = workspace.icon;
  const name = t(workspace.name);
  return (
    <Tooltip label={name} position="right" disabled={!isCollapsed}>
      <Link to={workspace.path} className={styles["link"]} data-group={workspace.group}>
        <Icon size={20} stroke={1.6} aria-hidden="true" />
        <span className={styles["word"]}>{name}</span>
      </Link>
    </Tooltip>
  );
}

/** The workspaces: a rail at the left, a bar at the bottom on phones. */
export function Rail({
  isCollapsed,
  onToggle,
}: {
  readonly isCollapsed: boolean;
  readonly onToggle: () => void;
}) {
  const { t } = useLingui();
  const toggleName = isCollapsed ? t`Show the names` : t`Icons only`;
  return (
    <nav className={styles["rail"]} aria-label={t`Workspaces`} data-collapsed={isCollapsed}>
      {WORKSPACES.map((workspace) => (
        <RailLink key={workspace.path} workspace={workspace} isCollapsed={isCollapsed} />
      ))}
      <Tooltip label={toggleName} position="right">
        <ActionIcon
          className={styles["toggle"]}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={toggleName}
          aria-pressed={isCollapsed}
          onClick={onToggle}
        >
          {isCollapsed ? (
            <IconLayoutSidebarLeftExpand size={20} stroke={1.6} />
          ) : (
            <IconLayoutSidebarLeftCollapse size={20} stroke={1.6} />
          )}
        </ActionIcon>
      </Tooltip>
    </nav>
  );
}
