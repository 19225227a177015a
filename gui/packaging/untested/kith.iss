; UNTESTED: never run, and the programs were never built for Windows. For Inno Setup:
;     iscc gui\packaging\untested\kith.iss
[Setup]
AppId=org.kith.Kith
AppName=Kith
AppVersion=0.1.0
DefaultDirName={autopf}\Kith
PrivilegesRequired=lowest
OutputBaseFilename=kith-setup

[Files]
Source: "..\..\..\target\release\kith.exe"; DestDir: "{app}"
Source: "..\..\..\target\release\kithd.exe"; DestDir: "{app}"
Source: "..\..\..\LICENSE-*"; DestDir: "{app}\licences"
Source: "..\..\assets\licences\*"; DestDir: "{app}\licences"

[Icons]
Name: "{autoprograms}\Kith"; Filename: "{app}\kith.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\kith"; ValueType: string; ValueData: "Kith"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\kith"; ValueName: "URL Protocol"; ValueType: string; ValueData: ""
Root: HKA; Subkey: "Software\Classes\kith\shell\open\command"; ValueType: string; ValueData: """{app}\kith.exe"" ""%1"""
