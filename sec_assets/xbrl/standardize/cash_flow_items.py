"""Line items of the cash flow statement.

Declarations only: names, and the concepts that may hold them, best first, each with its reason. Payments (capital
expenditure, dividends, repurchases) are positive when cash leaves, the three totals are positive when cash comes in,
as both taxonomies have them. US quarterly reports give these flows for the year to date: `quarters.py` splits them.
"""

from sec_assets.xbrl.standardize.model import LineItem, flow, stand_in

CASH_FLOW_ITEMS: tuple[LineItem, ...] = (
    flow(
        "operating_cash_flow",
        "cash_flow",
        ("us-gaap:NetCashProvidedByUsedInOperatingActivities", "total with discontinued operations"),
        stand_in(
            "us-gaap:NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            "continuing operations, where no total is reported",
        ),
        ("ifrs-full:CashFlowsFromUsedInOperatingActivities", "total after interest and tax"),
        ("ifrs-full:CashFlowsFromUsedInOperations", "before interest or tax, where no total is reported"),
    ),
    flow(
        "investing_cash_flow",
        "cash_flow",
        ("us-gaap:NetCashProvidedByUsedInInvestingActivities", "total with discontinued operations"),
        stand_in(
            "us-gaap:NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
            "continuing operations, where no total is reported",
        ),
        ("ifrs-full:CashFlowsFromUsedInInvestingActivities", "total"),
    ),
    flow(
        "financing_cash_flow",
        "cash_flow",
        ("us-gaap:NetCashProvidedByUsedInFinancingActivities", "total with discontinued operations"),
        stand_in(
            "us-gaap:NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
            "continuing operations, where no total is reported",
        ),
        ("ifrs-full:CashFlowsFromUsedInFinancingActivities", "total"),
    ),
    flow(
        "fx_effect_on_cash",
        "cash_flow",
        (
            "us-gaap:EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            "with restricted cash",
        ),
        (
            "us-gaap:EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations",
            "with restricted cash and discontinued operations",
        ),
        (
            "us-gaap:EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsDisposalGroupIncludingDiscontinuedOperations",
            "with restricted cash and disposal groups",
        ),
        ("us-gaap:EffectOfExchangeRateOnCashAndCashEquivalents", "before 2018"),
        ("ifrs-full:EffectOfExchangeRateChangesOnCashAndCashEquivalents", "reported as such"),
    ),
    flow(
        "net_change_in_cash",
        "cash_flow",
        (
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect",
            "with restricted cash, after exchange rates",
        ),
        (
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffectDisposalGroupIncludingDiscontinuedOperations",
            "with restricted cash and disposal groups, after exchange rates",
        ),
        ("us-gaap:CashAndCashEquivalentsPeriodIncreaseDecrease", "after exchange rates, before 2018"),
        ("ifrs-full:IncreaseDecreaseInCashAndCashEquivalents", "after exchange rates"),
    ),
    flow(
        "depreciation_amortization",
        "cash_flow",
        ("us-gaap:DepreciationAmortizationAndAccretionNet", "as added back in the cash flow statement"),
        (
            "us-gaap:DepreciationDepletionAndAmortization",
            "depreciation, depletion and amortization, which some use for a note",
        ),
        ("us-gaap:DepreciationAndAmortization", "depreciation and amortization in the income statement"),
        stand_in("us-gaap:OtherDepreciationAndAmortization", "other depreciation and amortization"),
        stand_in("us-gaap:Depreciation", "depreciation without amortization"),
        ("ifrs-full:AdjustmentsForDepreciationAndAmortisationExpense", "as in the cash flow statement"),
        ("ifrs-full:DepreciationAndAmortisationExpense", "as in the income statement"),
        stand_in("ifrs-full:DepreciationExpense", "depreciation without amortization"),
    ),
    flow(
        "capex",
        "cash_flow",
        ("us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", "paid for property, plant and equipment"),
        ("us-gaap:PaymentsToAcquireProductiveAssets", "paid for productive assets, software included"),
        stand_in("us-gaap:PaymentsToAcquireOtherPropertyPlantAndEquipment", "paid for other equipment"),
        stand_in("us-gaap:PaymentsForCapitalImprovements", "paid for capital improvements"),
        ("ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities", "paid for equipment"),
        (
            "ifrs-full:PurchaseOfPropertyPlantAndEquipmentIntangibleAssetsOtherThanGoodwillInvestmentPropertyAndOtherNoncurrentAssets",
            "paid for all non-current assets",
        ),
    ),
    flow(
        "free_cash_flow",
        "cash_flow",
    ),
    flow(
        "dividends_paid",
        "cash_flow",
        ("us-gaap:PaymentsOfDividends", "all dividends"),
        stand_in("us-gaap:PaymentsOfDividendsCommonStock", "on common stock, where no total is reported"),
        stand_in("us-gaap:PaymentsOfOrdinaryDividends", "ordinary dividends, where no total is reported"),
        ("ifrs-full:DividendsPaidClassifiedAsFinancingActivities", "all dividends"),
        stand_in(
            "ifrs-full:DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities",
            "to the parent's holders, where no total is reported",
        ),
    ),
    flow(
        "share_repurchases",
        "cash_flow",
        ("us-gaap:PaymentsForRepurchaseOfCommonStock", "paid for common stock"),
        ("us-gaap:PaymentsForRepurchaseOfEquity", "paid for any equity"),
        ("ifrs-full:PaymentsToAcquireOrRedeemEntitysShares", "paid for own shares"),
    ),
    flow(
        "stock_compensation",
        "cash_flow",
        ("us-gaap:ShareBasedCompensation", "as added back in the cash flow statement"),
        stand_in("us-gaap:AllocatedShareBasedCompensationExpense", "as in the notes, where not in the statement"),
        ("ifrs-full:AdjustmentsForSharebasedPayments", "as added back in the cash flow statement"),
        stand_in("ifrs-full:ExpenseFromSharebasedPaymentTransactionsWithEmployees", "as in the notes"),
    ),
)
