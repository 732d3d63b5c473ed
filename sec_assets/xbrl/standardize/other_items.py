"""Line items of single industries (banks, insurers, real estate) and of the cover page.

Declarations only: names, and the concepts that may hold them, best first, each with its reason. How shares outstanding
are summed over classes where no total is reported is in `select.py`.
"""

from sec_assets.xbrl.standardize.model import LineItem, balance, flow, stand_in

INDUSTRY_ITEMS: tuple[LineItem, ...] = (
    flow(
        "net_interest_income",
        "income",
        ("us-gaap:InterestIncomeExpenseNet", "interest income less interest expense"),
        ("ifrs-full:InterestRevenueExpense", "interest income less interest expense"),
    ),
    flow(
        "noninterest_income",
        "income",
        ("us-gaap:NoninterestIncome", "reported as such"),
    ),
    flow(
        "noninterest_expense",
        "income",
        ("us-gaap:NoninterestExpense", "reported as such"),
    ),
    flow(
        "provision_for_credit_losses",
        "income",
        ("us-gaap:ProvisionForLoanLeaseAndOtherLosses", "loans, leases and other"),
        ("us-gaap:ProvisionForLoanAndLeaseLosses", "loans and leases"),
        stand_in("us-gaap:ProvisionForLoanLossesExpensed", "loans"),
        ("us-gaap:FinancingReceivableExcludingAccruedInterestCreditLossExpenseReversal", "loans at amortized cost"),
        ("ifrs-full:ImpairmentLossImpairmentGainAndReversalOfImpairmentLossDeterminedInAccordanceWithIFRS9", "IFRS 9"),
    ),
    balance(
        "deposits",
        ("us-gaap:Deposits", "all deposits of customers"),
        ("ifrs-full:DepositsFromCustomers", "all deposits of customers"),
    ),
    balance(
        "loans",
        (
            "us-gaap:FinancingReceivableExcludingAccruedInterestAfterAllowanceForCreditLoss",
            "after allowance, without accrued interest",
        ),
        ("us-gaap:LoansAndLeasesReceivableNetReportedAmount", "after allowance"),
        ("us-gaap:LoansAndLeasesReceivableNetOfDeferredIncome", "before allowance, after deferred income"),
        ("ifrs-full:LoansAndAdvancesToCustomers", "after allowance"),
    ),
    flow(
        "premiums_earned",
        "income",
        ("us-gaap:PremiumsEarnedNet", "after reinsurance"),
    ),
    flow(
        "policyholder_benefits",
        "income",
        ("us-gaap:PolicyholderBenefitsAndClaimsIncurredNet", "benefits and claims after reinsurance"),
        ("us-gaap:BenefitsLossesAndExpenses", "benefits, losses and expenses together"),
    ),
    flow(
        "rental_income",
        "income",
        ("us-gaap:OperatingLeaseLeaseIncome", "income of operating leases"),
        ("us-gaap:OperatingLeasesIncomeStatementLeaseRevenue", "lease revenue before 2019"),
        ("ifrs-full:RentalIncomeFromInvestmentProperty", "rent of investment property"),
        ("ifrs-full:RentalIncome", "rental income"),
    ),
    balance(
        "real_estate_net",
        ("us-gaap:RealEstateInvestmentPropertyNet", "after depreciation"),
        ("ifrs-full:InvestmentProperty", "at fair value or cost, as the filer's policy is"),
    ),
)

COVER_ITEMS: tuple[LineItem, ...] = (
    balance(
        "shares_outstanding",
        ("dei:EntityCommonStockSharesOutstanding", "on the cover page"),
        kind="shares",
        statement="cover",
    ),
    balance(
        "public_float",
        ("dei:EntityPublicFloat", "on the cover page"),
        statement="cover",
    ),
)
