import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NumberInput, Select, Text } from "@mantine/core";
import { useState } from "react";
import { useStore } from "zustand";
import type { PairRule } from "@/domain/labeling/records";
import { formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { buildInputOf, buildPairs } from "../../logic/build-pairs";
import { posteriorOf } from "../../logic/posterior";
import { disagreementValue } from "../../logic/model-opinions";
import { useModelOpinions } from "../assist/use-model-opinions";
import type { ProjectViewProps } from "../labeling-context";
import { DisagreementPanel } from "./disagreement-panel";
import styles from "../labeling-page.module.css";

function useStrategyNames(): Readonly<Record<PairRule["strategy"], string>> {
  const { t } = useLingui();
  return {
    "all-within-product": t`All pairs within a product`,
    random: t`Random pairs`,
    "click-gap": t`By click gap`,
    chain: t`Chain, for a ranking`,
    uncertainty: t`Most informative first`,
    disagreement: t`Where models disagree`,
    imported: t`Imported pairs only`,
  };
}

/** Builds pairs by a rule and shows what is there. */
export function PairsView(props: ProjectViewProps) {
  const { handle, repository } = props;
  const { t, i18n } = useLingui();
  const names = useStrategyNames();
  const { project, creatives, pairs, pairsById, state } = useStore(handle.store);
  const [rule, setRule] = useState<PairRule>(project.rule);
  const [seed, setSeed] = useState(project.seed);
  const [testShare, setTestShare] = useState(project.testShare);
  const [goldShare, setGoldShare] = useState(project.goldShare);
  const [error, setError] = useState<unknown>();
  const number = (value: number) => formatNumber(value, i18n.locale);
  const { selector, opinions, scores } = useModelOpinions(props);
  const changed = { ...project, rule, seed, testShare, goldShare };
  const input = { ...buildInputOf(changed, [...creatives.values()]), existing: pairs };
  const preview = () =>
    buildPairs({
      ...input,
      posterior: posteriorOf(state, pairs, pairsById),
      disagreement: disagreementValue(opinions, scores),
    });
  const fresh = rule.strategy === "imported" ? [] : preview();

  async function add() {
    setError(undefined);
    try {
      await handle.changeProject((stored) => ({ ...stored, rule, seed, testShare, goldShare }));
      await repository.addPairs(project.id, fresh);
      await handle.reloadContent();
    } catch (reason) {
      setError(reason);
    }
  }
  const set = (change: Partial<PairRule>) => setRule({ ...rule, ...change });
  const gold = pairs.filter((pair) => pair.gold !== undefined).length;
  const test = pairs.filter(({ split }) => split === "test").length;

  return (
    <section className={styles["section"]}>
      <dl className={styles["figures"]}>
        <div>
          <dt>
            <Trans>Pairs</Trans>
          </dt>
          <dd>{number(pairs.length)}</dd>
        </div>
        <div>
          <dt>
            <Trans>of them gold</Trans>
          </dt>
          <dd>{number(gold)}</dd>
        </div>
        <div>
          <dt>
            <Trans>test split</Trans>
          </dt>
          <dd>{number(test)}</dd>
        </div>
      </dl>
      <div className={styles["form"]}>
        <Select
          label={t`Rule`}
          allowDeselect={false}
          value={rule.strategy}
          data={Object.entries(names).map(([value, label]) => ({
            value,
            label,
            // Off without a model to ask; what one has said before stays usable.
            disabled: value === "disagreement" && selector === undefined && opinions === undefined,
          }))}
          onChange={(value) => set({ strategy: (value ?? "random") as PairRule["strategy"] })}
        />
        <NumberInput
          label={t`Most pairs in all`}
          min={1}
          max={1_000_000}
          value={rule.limit}
          onChange={(value) => set({ limit: Math.max(1, Number(value)) })}
        />
        <NumberInput
          label={t`Most pairs per product`}
          min={1}
          max={100_000}
          value={rule.perProduct}
          onChange={(value) => set({ perProduct: Math.max(1, Number(value)) })}
        />
        {rule.strategy === "click-gap" && (
          <>
            <NumberInput
              label={t`Relative gap above`}
              description={t`of the smaller click rate; CreativePair: 60 %`}
              suffix=" %"
              min={0}
              value={Math.round(rule.minRelativeGap * 100)}
              onChange={(value) => set({ minRelativeGap: Number(value) / 100 })}
            />
            <NumberInput
              label={t`Impressions above`}
              description={t`of each creative; CreativePair: 1,000`}
              min={0}
              value={rule.minImpressions}
              onChange={(value) => set({ minImpressions: Number(value) })}
            />
          </>
        )}
        <NumberInput
          label={t`Test share, by product`}
          suffix=" %"
          min={0}
          max={100}
          value={Math.round(testShare * 100)}
          onChange={(value) => setTestShare(Number(value) / 100)}
        />
        <NumberInput
          label={t`Gold share`}
          description={t`of pairs whose clicks differ enough`}
          suffix=" %"
          min={0}
          max={100}
          value={Math.round(goldShare * 100)}
          onChange={(value) => setGoldShare(Number(value) / 100)}
        />
        <NumberInput
          label={t`Seed`}
          description={t`the same seed gives the same pairs`}
          value={seed}
          onChange={(value) => setSeed(Math.trunc(Number(value)))}
        />
      </div>
      {rule.strategy === "disagreement" && (
        <DisagreementPanel
          {...props}
          selector={selector}
          opinions={opinions}
          scores={scores}
          input={input}
        />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      {creatives.size === 0 && (
        <Notice tone="warn">
          <Trans>There are no creatives yet. Import some first.</Trans>{" "}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => props.onNavigate({ view: "import", project: project.id })}
          >
            <Trans>Import creatives</Trans>
          </Button>
        </Notice>
      )}
      <Group>
        <Button disabled={fresh.length === 0} onClick={() => void add()}>
          <Trans>Add {number(fresh.length)} pairs</Trans>
        </Button>
        <Text size="sm" c="dimmed">
          <Trans>Pairs that are there already stay, with their judgements.</Trans>
        </Text>
      </Group>
    </section>
  );
}
