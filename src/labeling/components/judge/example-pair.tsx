import { useLingui } from "@lingui/react/macro";
import type { GuidelineExample, LabelingCreative } from "@/domain/labeling/records";
import { SideMark } from "@/shared/ui/side-mark";
import type { ImageSource } from "../../store/image-source";
import styles from "./example-pair.module.css";
import { useCreativeImage } from "./use-creative-image";

function Side({
  side,
  isChosen,
  creative,
  images,
}: {
  readonly side: "A" | "B";
  readonly isChosen: boolean;
  readonly creative: LabelingCreative | undefined;
  readonly images: ImageSource;
}) {
  const { t } = useLingui();
  const { image } = useCreativeImage(images, creative);
  return (
    <figure className={styles["side"]} data-side={side} data-chosen={isChosen}>
      {image === undefined ? (
        <span className={styles["gone"]}>
          {creative?.name ?? t`This creative is not in the project any more.`}
        </span>
      ) : (
        <img src={image.url} alt={creative?.name ?? ""} className={styles["image"]} />
      )}
      <figcaption>
        <SideMark side={side} />
      </figcaption>
    </figure>
  );
}

/** A pair with the answer that is expected and why. */
export function ExamplePair({
  example,
  creatives,
  images,
}: {
  readonly example: GuidelineExample;
  readonly creatives: ReadonlyMap<string, LabelingCreative>;
  readonly images: ImageSource;
}) {
  const { t } = useLingui();
  const answers = { A: t`A is better`, B: t`B is better`, none: t`Not comparable` };
  return (
    <div className={styles["example"]}>
      <div className={styles["sides"]}>
        {(["A", "B"] as const).map((side) => (
          <Side
            key={side}
            side={side}
            isChosen={example.answer === side}
            creative={creatives.get(side === "A" ? example.a : example.b)}
            images={images}
          />
        ))}
      </div>
      <p className={styles["answer"]}>
        <strong>{answers[example.answer]}</strong>
        {example.note !== "" && <> · {example.note}</>}
      </p>
    </div>
  );
}
