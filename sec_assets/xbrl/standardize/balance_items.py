"""Line items of the balance sheet.

Declarations only: names, and the concepts that may hold them, best first, each with its reason. Items that follow from
others where they are not reported (total liabilities, short-term debt, …) have a formula in `formulas.py`.
"""

from sec_assets.xbrl.standardize.model import LineItem, balance, stand_in

BALANCE_ITEMS: tuple[LineItem, ...] = (
    balance("total_assets", ("us-gaap:Assets", "the balance sheet total"), ("ifrs-full:Assets", "the total")),
    balance(
        "current_assets",
        ("us-gaap:AssetsCurrent", "reported as such"),
        ("ifrs-full:CurrentAssets", "reported as such"),
    ),
    balance(
        "cash",
        ("us-gaap:CashAndCashEquivalentsAtCarryingValue", "cash and equivalents without restricted cash"),
        ("us-gaap:CashAndDueFromBanks", "cash of banks"),
        stand_in("us-gaap:Cash", "cash without equivalents"),
        stand_in(
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            "may hold restricted cash; nothing else is reported",
        ),
        ("ifrs-full:CashAndCashEquivalents", "cash and equivalents"),
    ),
    balance(
        "cash_and_restricted_cash",
        (
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            "the cash that the cash flow statement explains",
        ),
        (
            "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations",
            "the same with discontinued operations",
        ),
    ),
    balance(
        "short_term_investments",
        ("us-gaap:ShortTermInvestments", "all short-term investments"),
        ("us-gaap:MarketableSecuritiesCurrent", "marketable securities, current"),
        stand_in(
            "us-gaap:AvailableForSaleSecuritiesDebtSecuritiesCurrent", "debt securities available for sale, current"
        ),
        ("us-gaap:AvailableForSaleSecuritiesCurrent", "securities available for sale, current, before 2018"),
        stand_in("us-gaap:OtherShortTermInvestments", "other short-term investments"),
        ("ifrs-full:CurrentInvestments", "current investments"),
        stand_in("ifrs-full:OtherCurrentFinancialAssets", "other current financial assets"),
    ),
    balance(
        "receivables",
        ("us-gaap:AccountsReceivableNetCurrent", "trade receivables, current, after allowances"),
        ("us-gaap:ReceivablesNetCurrent", "all receivables, current"),
        ("us-gaap:AccountsNotesAndLoansReceivableNetCurrent", "with notes and loans, current"),
        ("us-gaap:AccountsReceivableNet", "trade receivables of an unclassified balance sheet"),
        ("ifrs-full:TradeAndOtherCurrentReceivables", "trade and other receivables, current"),
        ("ifrs-full:CurrentTradeReceivables", "trade receivables, current"),
    ),
    balance(
        "inventory",
        ("us-gaap:InventoryNet", "after reserves"),
        ("us-gaap:InventoryNetOfAllowancesCustomerAdvancesAndProgressBillings", "after customer advances"),
        ("ifrs-full:Inventories", "total inventories"),
    ),
    balance(
        "ppe_net",
        ("us-gaap:PropertyPlantAndEquipmentNet", "after depreciation"),
        (
            "us-gaap:PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            "after depreciation, with assets under finance leases",
        ),
        ("us-gaap:PublicUtilitiesPropertyPlantAndEquipmentNet", "utility plant after depreciation"),
        ("ifrs-full:PropertyPlantAndEquipment", "after depreciation"),
    ),
    balance(
        "goodwill",
        ("us-gaap:Goodwill", "after impairment"),
        ("ifrs-full:Goodwill", "after impairment"),
    ),
    balance(
        "intangibles",
        ("us-gaap:IntangibleAssetsNetExcludingGoodwill", "all intangibles but goodwill"),
        stand_in("us-gaap:FiniteLivedIntangibleAssetsNet", "finite-lived only, where no total is reported"),
        ("ifrs-full:IntangibleAssetsOtherThanGoodwill", "all intangibles but goodwill"),
    ),
    balance(
        "total_liabilities",
        ("us-gaap:Liabilities", "reported as such"),
        ("ifrs-full:Liabilities", "reported as such"),
    ),
    balance(
        "current_liabilities",
        ("us-gaap:LiabilitiesCurrent", "reported as such"),
        ("ifrs-full:CurrentLiabilities", "reported as such"),
    ),
    balance(
        "accounts_payable",
        ("us-gaap:AccountsPayableCurrent", "trade payables, current"),
        ("us-gaap:AccountsPayableTradeCurrent", "trade payables, current"),
        ("us-gaap:AccountsPayableAndAccruedLiabilitiesCurrent", "with accrued liabilities"),
        ("us-gaap:AccountsPayableCurrentAndNoncurrent", "payables of an unclassified balance sheet"),
        ("us-gaap:AccountsPayableAndAccruedLiabilitiesCurrentAndNoncurrent", "the same with accrued liabilities"),
        ("ifrs-full:TradeAndOtherCurrentPayables", "trade and other payables, current"),
    ),
    balance(
        "short_term_debt",
        ("us-gaap:DebtCurrent", "all debt due within a year"),
    ),
    balance(
        "short_term_borrowings",
        ("us-gaap:ShortTermBorrowings", "borrowed for less than a year"),
        stand_in("us-gaap:CommercialPaper", "commercial paper, where no total is reported"),
        stand_in("us-gaap:NotesPayableCurrent", "notes, where no total is reported"),
        ("ifrs-full:ShorttermBorrowings", "borrowed for less than a year"),
    ),
    balance(
        "current_portion_of_long_term_debt",
        ("us-gaap:LongTermDebtCurrent", "due within a year"),
        ("us-gaap:LongTermDebtAndCapitalLeaseObligationsCurrent", "due within a year, with finance leases"),
        ("ifrs-full:CurrentPortionOfLongtermBorrowings", "due within a year"),
    ),
    balance(
        "long_term_debt",
        ("us-gaap:LongTermDebtNoncurrent", "due after a year"),
        ("us-gaap:LongTermDebtAndCapitalLeaseObligations", "due after a year, with finance leases"),
        stand_in("us-gaap:LongTermDebt", "with the part due within a year"),
        stand_in("us-gaap:SeniorLongTermNotes", "senior notes, where no total is reported"),
        stand_in("us-gaap:LongTermNotesPayable", "notes, where no total is reported"),
        stand_in("us-gaap:ConvertibleLongTermNotesPayable", "convertible notes, where no total is reported"),
        ("ifrs-full:NoncurrentPortionOfNoncurrentBorrowings", "due after a year"),
        ("ifrs-full:LongtermBorrowings", "long-term borrowings"),
    ),
    balance(
        "redeemable_equity",
        (
            "us-gaap:TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests",
            "all equity outside permanent equity",
        ),
        ("us-gaap:TemporaryEquityCarryingAmountAttributableToParent", "redeemable stock of the parent"),
        stand_in("us-gaap:RedeemableNoncontrollingInterestEquityCarryingAmount", "redeemable noncontrolling interest"),
        stand_in("us-gaap:RedeemableNoncontrollingInterestEquityCommonCarryingAmount", "the same, of common stock"),
        stand_in("us-gaap:RedeemableNoncontrollingInterestEquityFairValue", "the same at fair value"),
    ),
    balance(
        "equity",
        ("us-gaap:StockholdersEquity", "of the parent's holders"),
        ("us-gaap:PartnersCapital", "of the partners of a partnership"),
        ("us-gaap:MembersEquity", "of the members of a limited liability company"),
        ("ifrs-full:EquityAttributableToOwnersOfParent", "of the parent's holders"),
    ),
    balance(
        "noncontrolling_interest",
        ("us-gaap:MinorityInterest", "within permanent equity"),
        ("ifrs-full:NoncontrollingInterests", "within equity"),
    ),
    balance(
        "equity_including_noncontrolling",
        (
            "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
            "total equity as reported",
        ),
        (
            "us-gaap:PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest",
            "total capital of a partnership",
        ),
        ("ifrs-full:Equity", "total equity as reported"),
    ),
    balance(
        "retained_earnings",
        ("us-gaap:RetainedEarningsAccumulatedDeficit", "accumulated earnings or deficit"),
        stand_in("us-gaap:RetainedEarningsUnappropriated", "the unappropriated part"),
        ("ifrs-full:RetainedEarnings", "accumulated earnings or deficit"),
    ),
    balance(
        "liabilities_and_equity",
        ("us-gaap:LiabilitiesAndStockholdersEquity", "the other side of the balance sheet"),
        ("ifrs-full:EquityAndLiabilities", "the other side of the balance sheet"),
    ),
)
