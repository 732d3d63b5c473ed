"""What there is and what is missing, told from the lake: coverage (`coverage`) and what to do about failures (`diagnosis`)."""
