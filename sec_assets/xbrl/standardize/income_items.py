"""Line items of the income statement, and the per-share figures beneath it.

Declarations only: names, and the concepts that may hold them, best first, each with its reason. Expenses are
positive, as the taxonomies have them. Banks, insurers and real estate have further items in `other_items.py`.
"""

from sec_assets.xbrl.standardize.model import LineItem, flow, stand_in

INCOME_ITEMS: tuple[LineItem, ...] = (
    flow(
        "revenue",
        "income",
        ("us-gaap:RevenuesNetOfInterestExpense", "headline revenue of banks and brokers, after interest expense"),
        ("us-gaap:Revenues", "total of all kinds of revenue"),
        ("us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", "revenue from customers is all the revenue"),
        ("us-gaap:RevenueFromContractWithCustomerIncludingAssessedTax", "revenue from customers, taxes included"),
        ("us-gaap:SalesRevenueNet", "total net sales in taxonomies before 2018"),
        ("us-gaap:RegulatedAndUnregulatedOperatingRevenue", "total operating revenue of utilities"),
        ("us-gaap:RealEstateRevenueNet", "total revenue of real estate companies before 2018"),
        ("us-gaap:HealthCareOrganizationRevenue", "total revenue of health care providers before 2018"),
        ("us-gaap:OilAndGasRevenue", "total revenue of oil and gas producers before 2018"),
        stand_in("us-gaap:SalesRevenueGoodsNet", "sales of goods, where no total is reported"),
        stand_in("us-gaap:SalesRevenueServicesNet", "sales of services, where no total is reported"),
        ("ifrs-full:Revenue", "total revenue"),
        stand_in("ifrs-full:RevenueFromContractsWithCustomers", "revenue from customers, where no total is reported"),
        ("ifrs-full:InsuranceRevenue", "revenue of insurers under IFRS 17"),
    ),
    flow(
        "cost_of_revenue",
        "income",
        ("us-gaap:CostOfRevenue", "total cost of revenue"),
        ("us-gaap:CostOfGoodsAndServicesSold", "cost of goods and services together"),
        stand_in("us-gaap:CostOfGoodsSold", "cost of goods only, before 2018"),
        (
            "us-gaap:CostOfGoodsAndServiceExcludingDepreciationDepletionAndAmortization",
            "cost of goods and services without depreciation",
        ),
        ("ifrs-full:CostOfSales", "cost of sales by function"),
    ),
    flow(
        "gross_profit",
        "income",
        ("us-gaap:GrossProfit", "reported as such"),
        ("ifrs-full:GrossProfit", "reported as such"),
    ),
    flow(
        "research_and_development",
        "income",
        ("us-gaap:ResearchAndDevelopmentExpense", "research and development of the period"),
        (
            "us-gaap:ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost",
            "research and development without acquired in-process projects",
        ),
        stand_in(
            "us-gaap:ResearchAndDevelopmentExpenseSoftwareExcludingAcquiredInProcessCost", "software development only"
        ),
        ("ifrs-full:ResearchAndDevelopmentExpense", "research and development of the period"),
    ),
    flow(
        "selling_general_administrative",
        "income",
        ("us-gaap:SellingGeneralAndAdministrativeExpense", "reported as one line"),
        ("ifrs-full:SellingGeneralAndAdministrativeExpense", "reported as one line"),
    ),
    flow(
        "selling_and_marketing",
        "income",
        ("us-gaap:SellingAndMarketingExpense", "selling and marketing"),
        stand_in("us-gaap:SellingExpense", "selling only"),
        stand_in("us-gaap:MarketingAndAdvertisingExpense", "marketing only"),
        ("ifrs-full:SalesAndMarketingExpense", "selling and marketing"),
        ("ifrs-full:DistributionCosts", "distribution costs by function"),
    ),
    flow(
        "general_and_administrative",
        "income",
        ("us-gaap:GeneralAndAdministrativeExpense", "general and administrative"),
        ("ifrs-full:GeneralAndAdministrativeExpense", "general and administrative"),
        ("ifrs-full:AdministrativeExpense", "administrative expense by function"),
    ),
    flow(
        "operating_income",
        "income",
        ("us-gaap:OperatingIncomeLoss", "reported as such"),
        ("ifrs-full:ProfitLossFromOperatingActivities", "reported as such"),
    ),
    flow(
        "interest_expense",
        "income",
        ("us-gaap:InterestExpense", "all interest expense"),
        ("us-gaap:InterestExpenseOperating", "interest expense of banks, an operating cost"),
        stand_in("us-gaap:InterestExpenseNonoperating", "interest expense below operating income, since 2023"),
        stand_in("us-gaap:InterestExpenseDebt", "interest on debt, where no total is reported"),
        ("us-gaap:InterestAndDebtExpense", "interest and other cost of debt"),
        ("ifrs-full:InterestExpense", "all interest expense"),
        ("ifrs-full:FinanceCosts", "finance costs, which may hold more than interest"),
    ),
    flow(
        "income_before_tax",
        "income",
        (
            "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
            "before tax and before noncontrolling interest",
        ),
        (
            "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
            "before tax and before income of equity-method companies",
        ),
        ("ifrs-full:ProfitLossBeforeTax", "reported as such"),
    ),
    flow(
        "income_tax",
        "income",
        ("us-gaap:IncomeTaxExpenseBenefit", "tax on continuing operations"),
        ("ifrs-full:IncomeTaxExpenseContinuingOperations", "tax on continuing operations"),
    ),
    flow(
        "net_income",
        "income",
        ("us-gaap:NetIncomeLoss", "attributable to the parent"),
        ("us-gaap:ProfitLoss", "with noncontrolling interest, where no share of the parent is reported"),
        ("ifrs-full:ProfitLossAttributableToOwnersOfParent", "attributable to the parent"),
        ("ifrs-full:ProfitLoss", "with noncontrolling interest, where no share of the parent is reported"),
    ),
    flow(
        "net_income_including_noncontrolling",
        "income",
        ("us-gaap:ProfitLoss", "with noncontrolling interest"),
        ("ifrs-full:ProfitLoss", "with noncontrolling interest"),
    ),
    flow(
        "net_income_to_common",
        "income",
        ("us-gaap:NetIncomeLossAvailableToCommonStockholdersBasic", "numerator of basic earnings per share"),
        ("us-gaap:NetIncomeLossAvailableToCommonStockholdersDiluted", "numerator of diluted earnings per share"),
        ("ifrs-full:ProfitLossAttributableToOrdinaryEquityHoldersOfParentEntity", "numerator of earnings per share"),
    ),
    flow(
        "eps_basic",
        "per_share",
        ("us-gaap:EarningsPerShareBasic", "reported as such"),
        ("us-gaap:EarningsPerShareBasicAndDiluted", "basic and diluted are one figure"),
        stand_in(
            "us-gaap:IncomeLossFromContinuingOperationsPerBasicShare",
            "continuing operations, where no total is reported",
        ),
        ("ifrs-full:BasicEarningsLossPerShare", "reported as such"),
        ("ifrs-full:BasicAndDilutedEarningsLossPerShare", "basic and diluted are one figure"),
        kind="per_share",
    ),
    flow(
        "eps_diluted",
        "per_share",
        ("us-gaap:EarningsPerShareDiluted", "reported as such"),
        ("us-gaap:EarningsPerShareBasicAndDiluted", "basic and diluted are one figure"),
        stand_in(
            "us-gaap:IncomeLossFromContinuingOperationsPerDilutedShare",
            "continuing operations, where no total is reported",
        ),
        ("ifrs-full:DilutedEarningsLossPerShare", "reported as such"),
        ("ifrs-full:BasicAndDilutedEarningsLossPerShare", "basic and diluted are one figure"),
        kind="per_share",
    ),
    flow(
        "dividends_per_share",
        "per_share",
        ("us-gaap:CommonStockDividendsPerShareDeclared", "declared in the period"),
        ("us-gaap:CommonStockDividendsPerShareCashPaid", "paid in the period, where none declared is reported"),
        ("ifrs-full:DividendsPaidOrdinarySharesPerShare", "paid in the period"),
        kind="per_share",
    ),
    flow(
        "shares_basic",
        "per_share",
        ("us-gaap:WeightedAverageNumberOfSharesOutstandingBasic", "weighted average"),
        ("us-gaap:WeightedAverageNumberOfShareOutstandingBasicAndDiluted", "basic and diluted are one figure"),
        ("us-gaap:WeightedAverageNumberOfSharesIssuedBasic", "weighted average of shares issued"),
        ("ifrs-full:WeightedAverageShares", "weighted average"),
        kind="shares",
    ),
    flow(
        "shares_diluted",
        "per_share",
        ("us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding", "weighted average with dilution"),
        ("us-gaap:WeightedAverageNumberOfShareOutstandingBasicAndDiluted", "basic and diluted are one figure"),
        ("ifrs-full:AdjustedWeightedAverageShares", "weighted average with dilution"),
        kind="shares",
    ),
)
