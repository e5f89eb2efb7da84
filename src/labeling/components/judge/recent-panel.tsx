import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer, Text } from "@mantine/core";
import { isNotComparable } from "@/domain/evaluation-protocol";
import type { DecisionEvent } from "@/domain/labeling/events";
import type { LabelingCreative, LabelingPair, LabelingProduct } from "@/domain/labeling/records";
import { formatDateTime } from "@/shared/ui/format";
import { SideMark } from "@/shared/ui/side-mark";
import type { ImageSource } from "../../store/image-source";
import { useCreativeImage } from "./use-creative-image";
import { useTextLanguage } from "../use-text-language";
import styles from "./recent-panel.module.css";

export interface RecentPanelProps {
  readonly opened: boolean;
  readonly decisions: readonly DecisionEvent[];
  readonly pairsById: ReadonlyMap<string, LabelingPair>;
  readonly creatives: ReadonlyMap<string, LabelingCreative>;
  readonly products: ReadonlyMap<string, LabelingProduct>;
  readonly images: ImageSource;
  readonly onClose: () => void;
  readonly onRevise: (decision: DecisionEvent) => void;
}

function Picture({
  images,
  creative,
  isChosen,
}: {
  readonly images: ImageSource;
  readonly creative: LabelingCreative | undefined;
  readonly isChosen: boolean;
}) {
  const { image } = useCreativeImage(images, creative);
  return (
    <span className={styles["picture"]} data-chosen={isChosen}>
      {image !== undefined && <img src={image.url} alt="" />}
    </span>
  );
}

function Outcome({ decision }: { readonly decision: DecisionEvent }) {
  if (decision.kind === "skipped") return <Trans>skipped: {decision.reason}</Trans>;
  const { q10 } = decision.answers;
  if (isNotComparable(decision.answers as Parameters<typeof isNotComparable>[0])) {
    return <Trans>not comparable</Trans>;
  }
  return q10 === undefined ? null : <SideMark side={q10} />;
}

/** The annotator's last decisions; choosing one puts its pair on screen to be revised. */
export function RecentPanel(props: RecentPanelProps) {
  const { decisions, pairsById, products, images, creatives } = props;
  const { t, i18n } = useLingui();
  const { titleOf } = useTextLanguage();
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      title={<Trans>Your last decisions</Trans>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Text size="sm" c="dimmed" mb="sm">
        {decisions.length === 0 ? (
          <Trans>Nothing decided yet.</Trans>
        ) : (
          <Trans>
            Choose one to look at it again. A changed answer replaces the old one, which stays in
            the log.
          </Trans>
        )}
      </Text>
      <ol className={styles["list"]}>
        {decisions.map((decision) => {
          const pair = pairsById.get(decision.pair);
          const product = products.get(pair?.productId ?? "");
          const label = decision.kind === "judged" ? decision.answers.q10 : undefined;
          return (
            <li key={decision.id}>
              <button
                type="button"
                className={styles["row"]}
                onClick={() => props.onRevise(decision)}
              >
                <Picture
                  images={images}
                  creative={creatives.get(decision.shown.left)}
                  isChosen={label === "A"}
                />
                <Picture
                  images={images}
                  creative={creatives.get(decision.shown.right)}
                  isChosen={label === "B"}
                />
                <span className={styles["text"]}>
                  <span className={styles["title"]}>
                    {product === undefined ? decision.pair : titleOf(product)}
                  </span>
                  <span className={styles["detail"]}>
                    <Outcome decision={decision} />
                    {decision.repeat === 1 && (
                      <span>
                        <Trans>repeat</Trans>
                      </span>
                    )}
                    <span>{formatDateTime(Date.parse(decision.at), i18n.locale)}</span>
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </Drawer>
  );
}
